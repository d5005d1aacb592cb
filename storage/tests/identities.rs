//! People whom a provider of single sign-on vouches for.
#![allow(clippy::unwrap_used)]

mod common;

use common::{exchange, new_conversation, open};
use storage::{InvitationKind, NewAccount, NewInvitation, NewSession, StorageError, User, UserRole};

const PROVIDER: &str = "https://login.example.org";
const HOUR_MS: i64 = 60 * 60 * 1000;

const SET_UP: NewInvitation<'static> = NewInvitation {
    token: "set-up",
    kind: InvitationKind::Setup,
    role: UserRole::Administrator,
    user_id: None,
    group_id: None,
    note: "",
    uses: 1,
    lifetime_ms: HOUR_MS,
};
const ADA: NewAccount<'static> = NewAccount { name: "Ada", password_hash: "$argon2id$made-up" };

/// A team whose administrator Ada has a password.
async fn team() -> (common::Open, User) {
    let open = open().await;
    open.storage.become_team().await.unwrap();
    open.storage.invite(SET_UP).await.unwrap();
    let ada = open.storage.claim_setup("set-up", ADA, false).await.unwrap();
    (open, ada)
}

fn is_not_found(result: storage::Result<User>) -> bool {
    matches!(result, Err(StorageError::NotFound))
}

#[tokio::test]
async fn somebody_is_whom_the_provider_says_whatever_the_name() {
    let (open, ada) = team().await;
    let storage = &open.storage;
    let anna = storage.sign_on(PROVIDER, "1", "Anna", None).await.unwrap();
    assert_eq!((anna.name.as_str(), anna.role), ("Anna", UserRole::Member));
    assert_eq!(storage.sign_on(PROVIDER, "1", "Another name", None).await.unwrap(), anna);
    for (issuer, subject, name, named) in [
        (PROVIDER, "2", "Anna", "Anna 2"),
        (PROVIDER, "3", "anna", "anna 3"),
        ("https://other.example.org", "1", "ANNA", "ANNA 4"),
        (PROVIDER, "4", "Ada", "Ada 2"),
    ] {
        let user = storage.sign_on(issuer, subject, name, None).await.unwrap();
        assert_eq!(user.name, named);
        assert!(user.id != anna.id && user.id != ada.id, "{named} is somebody else");
    }
    assert_eq!(storage.account("Anna").await.unwrap().unwrap().password_hash, None, "no password opens it");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_twice_at_once_gets_one_account() {
    let (open, _) = team().await;
    let arrivals = (0..20).map(|_| {
        let storage = open.storage.clone();
        tokio::spawn(async move { storage.sign_on(PROVIDER, "1", "Anna", None).await.unwrap().id })
    });
    let mut ids = Vec::new();
    for arrival in arrivals.collect::<Vec<_>>() {
        ids.push(arrival.await.unwrap());
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(open.storage.users().await.unwrap().len(), 2);
}

#[tokio::test]
async fn roles_follow_the_provider_but_somebody_always_administrates() {
    let (open, ada) = team().await;
    let storage = &open.storage;
    let role = async |role| storage.sign_on(PROVIDER, "1", "Anna", role).await.unwrap().role;
    assert_eq!(role(Some(UserRole::Guest)).await, UserRole::Guest);
    assert_eq!(role(None).await, UserRole::Guest, "nothing is said: nothing changes");
    assert_eq!(role(Some(UserRole::Administrator)).await, UserRole::Administrator);
    assert_eq!(role(Some(UserRole::Member)).await, UserRole::Member, "Ada is there");
    role(Some(UserRole::Administrator)).await;

    storage.delete_user(&ada.id).await.unwrap();
    assert_eq!(role(Some(UserRole::Guest)).await, UserRole::Administrator, "the last one");
    let anna = storage.account("Anna").await.unwrap().unwrap().user;
    assert_eq!(anna.role, UserRole::Administrator);
    assert!(matches!(storage.disable_user(&anna.id).await, Err(StorageError::LastAdministrator)));
    let people = storage.users().await.unwrap();
    assert!(people.len() == 1 && people[0].has_password, "single sign-on is a way to sign in");
}

#[tokio::test]
async fn disabled_accounts_stay_shut_and_deleted_ones_begin_anew() {
    let (open, _) = team().await;
    let storage = &open.storage;
    let anna = storage.sign_on(PROVIDER, "1", "Anna", None).await.unwrap();
    storage.disable_user(&anna.id).await.unwrap();
    assert!(is_not_found(storage.sign_on(PROVIDER, "1", "Anna", Some(UserRole::Administrator)).await));
    assert_eq!(storage.user(&anna.id).await.unwrap().role, UserRole::Member);
    storage.enable_user(&anna.id).await.unwrap();
    assert_eq!(storage.sign_on(PROVIDER, "1", "Anna", None).await.unwrap(), anna);
    storage.delete_user(&anna.id).await.unwrap();
    assert_ne!(storage.sign_on(PROVIDER, "1", "Anna", None).await.unwrap().id, anna.id);
}

#[tokio::test]
async fn before_anybody_administrates_only_an_administrator_comes_in() {
    let open = open().await;
    let storage = &open.storage;
    storage.begin_exchange(exchange(&open.me, "key", new_conversation(), "Before")).await.unwrap();
    storage.become_team().await.unwrap();
    storage.invite(SET_UP).await.unwrap();
    for role in [None, Some(UserRole::Member), Some(UserRole::Guest)] {
        assert!(is_not_found(storage.sign_on(PROVIDER, "1", "Anna", role).await), "{role:?}");
    }
    let bea = storage.sign_on(PROVIDER, "2", "Bea", Some(UserRole::Administrator)).await.unwrap();
    assert_eq!(bea.role, UserRole::Administrator);
    assert!(is_not_found(storage.claim_setup("set-up", ADA, true).await), "the set-up is over");
    assert!(storage.invite(SET_UP).await.is_err());
    assert_eq!(storage.user(&open.me).await.unwrap().role, UserRole::Member);
    assert_eq!(storage.conversations_without_account().await.unwrap(), 1, "they wait for an owner");
    assert!(storage.sign_on(PROVIDER, "1", "Anna", None).await.is_ok());
}

#[tokio::test]
async fn leaders_give_no_codes_for_accounts_of_single_sign_on() {
    let (open, _) = team().await;
    let storage = &open.storage;
    let anna = storage.sign_on(PROVIDER, "1", "Anna", None).await.unwrap();
    let group = storage.add_group("5b", None).await.unwrap();
    storage.set_group_member(&group, &anna.id, false).await.unwrap();
    assert!(!storage.group_members().await.unwrap()[0].can_get_code(), "with one they could read in it");
    let session = NewSession { user_id: &anna.id, token: "of Anna", browser: "", lifetime_ms: HOUR_MS };
    storage.create_session(session).await.unwrap();
    assert_eq!(storage.signed_in("of Anna").await.unwrap().unwrap().user, anna);
}
