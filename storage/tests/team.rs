//! Accounts, invitations and groups.
#![allow(clippy::unwrap_used)]

mod common;

use common::{connect, exchange, new_conversation, open, picture};
use storage::{InvitationKind, NewAccount, NewInvitation, NewSession, Storage, StorageError, UserRole};

const HOUR_MS: i64 = 60 * 60 * 1000;

fn account(name: &str) -> NewAccount<'_> {
    NewAccount { name, password_hash: "$argon2id$made-up" }
}

fn invitation(token: &str, kind: InvitationKind) -> NewInvitation<'_> {
    NewInvitation {
        token,
        kind,
        role: UserRole::Member,
        user_id: None,
        group_id: None,
        note: "for a test",
        uses: 1,
        lifetime_ms: HOUR_MS,
    }
}

/// A team with its first administrator, who takes no conversations over.
async fn team() -> (common::Open, String) {
    let open = open().await;
    open.storage.become_team().await.unwrap();
    open.storage.invite(invitation("set-up", InvitationKind::Setup)).await.unwrap();
    let administrator = open.storage.claim_setup("set-up", account("Ada"), false).await.unwrap();
    assert_eq!(administrator.role, UserRole::Administrator);
    (open, administrator.id)
}

async fn session(storage: &Storage, user_id: &str, token: &str) {
    let session = NewSession { user_id, token, browser: "", lifetime_ms: HOUR_MS };
    storage.create_session(session).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_claims_of_the_set_up_make_one_administrator() {
    let open = open().await;
    open.storage.invite(invitation("set-up", InvitationKind::Setup)).await.unwrap();
    let claims = (0..100).map(|number| {
        let storage = open.storage.clone();
        tokio::spawn(async move { storage.claim_setup("set-up", account(&format!("Nr {number}")), false).await })
    });
    let mut made = 0;
    for claim in claims.collect::<Vec<_>>() {
        match claim.await.unwrap() {
            Ok(_) => made += 1,
            Err(error) => assert!(matches!(error, StorageError::NotFound), "{error}"),
        }
    }
    assert_eq!(made, 1);
    let people = open.storage.users().await.unwrap();
    assert_eq!(people.iter().filter(|person| person.role == UserRole::Administrator).count(), 1);
    let again = open.storage.invite(invitation("another", InvitationKind::Setup)).await;
    assert!(matches!(again, Err(StorageError::NotFound)), "there are accounts: no set-up any more");
}

#[tokio::test]
async fn whoever_sets_up_may_take_the_conversations_over() {
    for takes in [true, false] {
        let open = open().await;
        open.storage.begin_exchange(exchange(&open.me, "key", new_conversation(), "Before")).await.unwrap();
        session(&open.storage, &open.me, "of the person before").await;
        open.storage.become_team().await.unwrap();
        assert!(open.storage.is_team().await.unwrap());
        assert_eq!(open.storage.signed_in("of the person before").await.unwrap(), None, "it has no account");
        open.storage.invite(invitation("set-up", InvitationKind::Setup)).await.unwrap();
        assert_eq!(open.storage.conversations_without_account().await.unwrap(), 1);
        let administrator = open.storage.claim_setup("set-up", account("Ada"), takes).await.unwrap();
        let conversations = open.storage.conversations(&administrator.id).await.unwrap();
        assert_eq!(conversations.len(), usize::from(takes));
        let people = open.storage.users().await.unwrap();
        assert_eq!(people.len(), if takes { 1 } else { 2 });
        if !takes {
            // They can still be given to somebody, who then has a name and a password.
            let nobody = people.iter().find(|person| person.name.is_empty()).unwrap();
            assert_eq!((nobody.role, nobody.has_password), (UserRole::Member, false));
            let to = NewInvitation { user_id: Some(&nobody.id), ..invitation("to", InvitationKind::Account) };
            open.storage.invite(to).await.unwrap();
            let given = open.storage.claim_account("to", account("Berta")).await.unwrap();
            assert_eq!((given.name.as_str(), given.role), ("Berta", UserRole::Member));
            assert_eq!(open.storage.conversations(&given.id).await.unwrap().len(), 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_good_for_as_many_as_it_says() {
    let (open, _) = team().await;
    let group = open.storage.add_group("5b", None).await.unwrap();
    let three = NewInvitation {
        uses: 3,
        group_id: Some(&group),
        role: UserRole::Guest,
        ..invitation("three", InvitationKind::Join)
    };
    open.storage.invite(three).await.unwrap();
    assert_eq!(open.storage.invitation("three").await.unwrap().uses_left, 3);
    let claims = (0..20).map(|number| {
        let storage = open.storage.clone();
        tokio::spawn(async move { storage.claim_invitation("three", account(&format!("Nr {number}"))).await.is_ok() })
    });
    let mut made = 0;
    for claim in claims.collect::<Vec<_>>() {
        made += usize::from(claim.await.unwrap());
    }
    assert_eq!(made, 3);
    assert!(open.storage.invitation("three").await.is_err(), "used up");
    let members = open.storage.group_members().await.unwrap();
    assert!(members.len() == 3 && members.iter().all(|member| member.role == UserRole::Guest && !member.is_leader));

    open.storage.invite(invitation("twice", InvitationKind::Join)).await.unwrap();
    let taken = open.storage.claim_invitation("twice", account(" ADA ")).await;
    assert!(matches!(taken, Err(StorageError::NameTaken)), "capitals and spaces make no other name");
    open.storage.claim_invitation("twice", account("Bea")).await.unwrap();
    let late = NewInvitation { lifetime_ms: -1, ..invitation("late", InvitationKind::Join) };
    open.storage.invite(late).await.unwrap();
    assert!(open.storage.claim_invitation("late", account("Cleo")).await.is_err(), "too late");
    open.storage.invite(invitation("revoked", InvitationKind::Join)).await.unwrap();
    let id = open.storage.invitation("revoked").await.unwrap().id;
    open.storage.revoke_invitation(&id).await.unwrap();
    assert!(open.storage.claim_invitation("revoked", account("Cleo")).await.is_err(), "revoked");
    assert!(open.storage.claim_account("three", account("Cleo")).await.is_err(), "a link is good for one thing only");
}

#[tokio::test]
async fn a_class_list_is_taken_whole_or_not_at_all() {
    let (open, _) = team().await;
    let group = open.storage.add_group("5b", Some(90)).await.unwrap();
    let list = |names: &[&str]| -> Vec<(String, String)> {
        names.iter().map(|name| ((*name).to_owned(), format!("code of {name}"))).collect()
    };
    let class = list(&["Anna Müller", "Ben"]);
    open.storage.invite_list(&class, UserRole::Member, Some(&group), HOUR_MS).await.unwrap();
    let refused = open.storage.invite_list(&list(&["Carl", "anna  MÜLLER"]), UserRole::Member, None, HOUR_MS).await;
    assert!(matches!(refused, Err(StorageError::NameTaken)));
    assert!(open.storage.account("Carl").await.unwrap().is_none(), "nobody of a refused list is there");
    let account_of = |name: &'static str| open.storage.account(name);
    assert!(account_of("anna müller").await.unwrap().unwrap().password_hash.is_none());
    open.storage.claim_account("code of Anna Müller", account("something else")).await.unwrap();
    let anna = account_of("Anna Müller").await.unwrap().unwrap();
    assert_eq!(anna.user.name, "Anna Müller", "the name stays that of the list");
    assert!(anna.password_hash.is_some());
    assert_eq!(open.storage.group_members().await.unwrap().len(), 2);
}

#[tokio::test]
async fn disabled_accounts_open_nothing_and_lose_nothing() {
    let (open, administrator) = team().await;
    open.storage.invite(invitation("join", InvitationKind::Join)).await.unwrap();
    let bea = open.storage.claim_invitation("join", account("Bea")).await.unwrap().id;
    open.storage.begin_exchange(exchange(&bea, "key", new_conversation(), "Mine")).await.unwrap();
    session(&open.storage, &bea, "of Bea").await;
    let session_id = open.storage.signed_in("of Bea").await.unwrap().unwrap().session_id;
    assert!(open.storage.is_session_open(&session_id).await.unwrap());
    open.storage.disable_user(&bea).await.unwrap();
    assert_eq!(open.storage.signed_in("of Bea").await.unwrap(), None);
    assert!(!open.storage.is_session_open(&session_id).await.unwrap());
    assert!(open.storage.account("Bea").await.unwrap().unwrap().password_hash.is_none());
    session(&open.storage, &bea, "begun in that very moment").await;
    assert_eq!(open.storage.signed_in("begun in that very moment").await.unwrap(), None);
    open.storage.enable_user(&bea).await.unwrap();
    assert!(open.storage.account("Bea").await.unwrap().unwrap().password_hash.is_some());
    assert_eq!(open.storage.conversations(&bea).await.unwrap().len(), 1);

    for refused in [
        open.storage.disable_user(&administrator).await,
        open.storage.delete_user(&administrator).await,
        open.storage.set_role(&administrator, UserRole::Guest).await,
    ] {
        assert!(matches!(refused, Err(StorageError::LastAdministrator)));
    }
    open.storage.set_role(&bea, UserRole::Administrator).await.unwrap();
    open.storage.delete_user(&administrator).await.unwrap();
    assert!(open.storage.user(&administrator).await.is_err());
}

#[tokio::test]
async fn another_password_signs_the_other_browsers_out() {
    let (open, ada) = team().await;
    session(&open.storage, &ada, "this").await;
    session(&open.storage, &ada, "that").await;
    let this = open.storage.signed_in("this").await.unwrap().unwrap().session_id;
    open.storage.set_password(&ada, "$argon2id$another", &this).await.unwrap();
    assert!(open.storage.signed_in("this").await.unwrap().is_some());
    assert!(open.storage.signed_in("that").await.unwrap().is_none());
    assert_eq!(open.storage.account("ada").await.unwrap().unwrap().password_hash.unwrap(), "$argon2id$another");
}

#[tokio::test]
async fn a_deleted_account_leaves_nothing_behind() {
    let (open, _) = team().await;
    let bea = open.storage.add_user("Bea", UserRole::Member).await.unwrap().id;
    let mut asked = exchange(&bea, "key", new_conversation(), "Mine");
    asked.picture_ids = vec![open.storage.add_picture(&bea, "cat.png", picture("cat")).await.unwrap().id];
    open.storage.begin_exchange(asked).await.unwrap();
    session(&open.storage, &bea, "of Bea").await;
    open.storage.delete_user(&bea).await.unwrap();
    let mut database = connect(open.folder.path()).await;
    for table in ["conversations", "messages", "generations", "pictures", "message_pictures"] {
        let left: i64 =
            sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table} WHERE owner_id = $1")))
                .bind(&bea)
                .fetch_one(&mut database)
                .await
                .unwrap();
        assert_eq!(left, 0, "{table}");
    }
    assert_eq!(open.storage.signed_in("of Bea").await.unwrap(), None);
    assert_eq!(open.storage.purge(std::time::Duration::ZERO).await.unwrap().files, 2, "picture and miniature");
}

#[tokio::test]
async fn conversations_go_when_their_owners_group_says() {
    let (open, ada) = team().await;
    let (short, long) = (
        open.storage.add_group("30 days", Some(30)).await.unwrap(),
        open.storage.add_group("A year", Some(365)).await.unwrap(),
    );
    let bea = open.storage.add_user("Bea", UserRole::Member).await.unwrap().id;
    let carl = open.storage.add_user("Carl", UserRole::Member).await.unwrap().id;
    open.storage.set_group_member(&long, &bea, true).await.unwrap();
    open.storage.set_group_member(&short, &bea, false).await.unwrap();
    open.storage.set_group_member(&long, &carl, false).await.unwrap();
    open.storage.set_group_member(&short, &ada, true).await.unwrap();
    for owner in [&ada, &bea, &carl] {
        open.storage.begin_exchange(exchange(owner, "key", new_conversation(), "Old")).await.unwrap();
    }
    assert_eq!(open.storage.expire_conversations().await.unwrap(), 0, "all are new");
    let mut database = connect(open.folder.path()).await;
    let days_31_ago = storage::now_ms() - 31 * 24 * HOUR_MS;
    sqlx::query("UPDATE conversations SET updated_at_ms = $1").bind(days_31_ago).execute(&mut database).await.unwrap();
    assert_eq!(open.storage.expire_conversations().await.unwrap(), 0, "their answers are still being made");
    sqlx::query("UPDATE generations SET state = 'complete'").execute(&mut database).await.unwrap();
    assert_eq!(open.storage.expire_conversations().await.unwrap(), 0, "a slip can be put right for a day");
    sqlx::query("UPDATE groups SET retention_since_ms = 0").execute(&mut database).await.unwrap();
    sqlx::query("UPDATE group_members SET since_ms = 0").execute(&mut database).await.unwrap();
    open.storage.disable_user(&bea).await.unwrap();
    assert_eq!(open.storage.expire_conversations().await.unwrap(), 0, "a disabled account loses nothing");
    open.storage.enable_user(&bea).await.unwrap();
    assert_eq!(open.storage.expire_conversations().await.unwrap(), 0, "nor when it is enabled");
    sqlx::query("UPDATE group_members SET since_ms = 0").execute(&mut database).await.unwrap();
    open.storage.change_group(&short, "Thirty days", Some(30)).await.unwrap();
    assert_eq!(open.storage.expire_conversations().await.unwrap(), 1);
    assert!(open.storage.conversations(&bea).await.unwrap().is_empty());
    assert_eq!(open.storage.conversations(&carl).await.unwrap().len(), 1, "a year is not over");
    assert_eq!(open.storage.conversations(&ada).await.unwrap().len(), 1, "leaders keep theirs");
    open.storage.set_group_member(&short, &ada, false).await.unwrap();
    assert_eq!(open.storage.expire_conversations().await.unwrap(), 0, "who led until now has a day, too");
    assert_eq!(open.storage.groups_led_by(&bea).await.unwrap().len(), 1);
    open.storage.delete_group(&long).await.unwrap();
    assert!(open.storage.groups_led_by(&bea).await.unwrap().is_empty());
    assert!(open.storage.user(&carl).await.is_ok(), "members of a deleted group stay");
}

#[tokio::test]
async fn commands_work_beside_a_server() {
    let (open, _) = team().await;
    let beside = Storage::open_beside_server(open.folder.path()).await.unwrap();
    beside.add_user("From the terminal", UserRole::Member).await.unwrap();
    assert!(open.storage.account("from the terminal").await.unwrap().is_some());
    drop(beside);
    assert!(Storage::open(open.folder.path()).await.is_err(), "the server's lock still holds");
}

#[tokio::test]
async fn old_links_do_not_open_what_has_changed() {
    let (open, _) = team().await;
    let group = open.storage.add_group("5b", None).await.unwrap();
    let ben = open.storage.add_user("Ben", UserRole::Member).await.unwrap().id;
    open.storage.set_group_member(&group, &ben, false).await.unwrap();
    assert_eq!(open.storage.invite_member(&group, &ben, "code", HOUR_MS).await.unwrap(), "Ben");
    open.storage.set_role(&ben, UserRole::Administrator).await.unwrap();
    assert!(open.storage.claim_account("code", account("x")).await.is_err(), "a code of before the new role");
    assert!(open.storage.invite_member(&group, &ben, "again", HOUR_MS).await.is_err(), "he administrates now");
    open.storage.set_role(&ben, UserRole::Member).await.unwrap();
    open.storage.invite_member(&group, &ben, "code", HOUR_MS).await.unwrap();
    open.storage.set_password(&ben, "$argon2id$chosen", "").await.unwrap();
    assert!(open.storage.claim_account("code", account("x")).await.is_err(), "a code of before the password");
    assert!(open.storage.invite_member(&group, &ben, "again", HOUR_MS).await.is_err(), "a leader could read in it");
    let elsewhere = open.storage.add_group("6a", None).await.unwrap();
    let carl = open.storage.add_user("Carl", UserRole::Member).await.unwrap().id;
    assert!(open.storage.invite_member(&elsewhere, &carl, "again", HOUR_MS).await.is_err(), "not in the group");
}

#[tokio::test]
async fn a_team_without_an_administrator_can_still_be_set_up() {
    let open = open().await;
    open.storage.become_team().await.unwrap();
    let nobody = open.storage.users().await.unwrap();
    assert!(nobody.is_empty(), "{nobody:?}");
    assert_eq!(
        open.storage.user(&open.me).await.unwrap().role,
        UserRole::Member,
        "who comes after is no administrator"
    );
    let ben = open.storage.add_user("Ben", UserRole::Member).await.unwrap().id;
    open.storage.set_role(&ben, UserRole::Guest).await.unwrap();
    open.storage.invite(invitation("set-up", InvitationKind::Setup)).await.unwrap();
    open.storage.claim_setup("set-up", account("Ada"), true).await.unwrap();
    assert!(open.storage.account("Ben").await.unwrap().is_some());
    for (typed, stored) in [("Zoe\u{308}", "Zoë"), ("ﬁn", "fin"), ("ZOË", "Zoe\u{308}")] {
        assert_eq!(storage::name_key(typed), storage::name_key(stored));
    }
}
