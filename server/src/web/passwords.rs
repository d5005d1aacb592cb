//! Passwords: how strong one must be, its hash, and whether it is the right one.

use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use app::standalone::doors::DoorProblem;
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier},
};
use tokio::sync::Semaphore;
use zxcvbn::{Score, zxcvbn};

use crate::secrets::random_token;

pub const MAX_PASSWORD_LETTERS: usize = 200;

/// Each takes a core and 19 MiB for some 20 ms: whoever tries many must not take the machine from the others.
const HASHES_AT_ONCE: usize = 2;

#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// Of nobody's password: an unknown name takes as long as a known one.
    nobodys_hash: Arc<str>,
}

impl Passwords {
    pub fn new() -> Result<Passwords> {
        let nobodys_hash = hash(&random_token()?)?;
        Ok(Passwords { turns: Arc::new(Semaphore::new(HASHES_AT_ONCE)), nobodys_hash: nobodys_hash.into() })
    }

    /// Refuses what is soon guessed (zxcvbn below 3 of 4, also with what is known of the person); there is no other rule.
    pub async fn check(&self, password: &str, name: &str) -> Result<(), DoorProblem> {
        if password.chars().count() > MAX_PASSWORD_LETTERS {
            return Err(DoorProblem::PasswordTooLong { limit_letters: MAX_PASSWORD_LETTERS as u32 });
        }
        let (password, name) = (password.to_owned(), name.to_owned());
        let is_strong = move || zxcvbn(&password, &[name.as_str(), "chaton", "pixtral"]).score() >= Score::Three;
        match self.in_turn(is_strong).await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(DoorProblem::PasswordTooWeak),
        }
    }

    /// Argon2id with a salt of its own, in PHC form.
    pub async fn hash(&self, password: &str) -> Result<String> {
        let password = password.to_owned();
        self.in_turn(move || hash(&password)).await?
    }

    /// Whether `password` is the one of `hash`; without a hash never, and as slowly.
    pub async fn is_right(&self, password: &str, hash: Option<String>) -> Result<bool> {
        if password.chars().count() > MAX_PASSWORD_LETTERS {
            return Ok(false);
        }
        let (password, has_hash) = (password.to_owned(), hash.is_some());
        let hash = hash.unwrap_or_else(|| self.nobodys_hash.to_string());
        let is_right =
            self.in_turn(move || Argon2::default().verify_password(password.as_bytes(), hash.as_str()).is_ok()).await?;
        Ok(is_right && has_hash)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        // The turn ends with the work, also when whoever asked is gone before.
        let turn = self.turns.clone().acquire_owned().await;
        let work = move || {
            let _turn = turn;
            work()
        };
        tokio::task::spawn_blocking(work).await.context("a password could not be looked at")
    }
}

fn hash(password: &str) -> Result<String> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|error| anyhow!("a password could not be hashed: {error}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn a_password_is_kept_as_argon2id_and_known_again() {
        let passwords = Passwords::new().unwrap();
        let hash = passwords.hash("an otter on a bicycle").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, passwords.hash("an otter on a bicycle").await.unwrap(), "each has its own salt");
        assert!(passwords.is_right("an otter on a bicycle", Some(hash.clone())).await.unwrap());
        assert!(!passwords.is_right("an otter on a bicycl", Some(hash.clone())).await.unwrap());
        assert!(!passwords.is_right(&"x".repeat(1_000_000), Some(hash)).await.unwrap());
        assert!(!passwords.is_right("", None).await.unwrap());
        assert!(!passwords.is_right("anything", Some("no hash".into())).await.unwrap());
    }

    #[tokio::test]
    async fn only_what_is_soon_guessed_is_refused() {
        let passwords = Passwords::new().unwrap();
        for weak in ["", "password1!", "Anna Müller 1", "qwertzuiop", "chaton2026", "aaaaaaaaaaaaaaaa", "12.12.2012"] {
            assert_eq!(passwords.check(weak, "Anna Müller").await, Err(DoorProblem::PasswordTooWeak), "{weak}");
        }
        for strong in ["an otter on a bicycle", "vélo bleu sous la pluie", "Tr0ub4dour&3-xk", "zrkvpqjw tmbn"] {
            assert_eq!(passwords.check(strong, "Anna Müller").await, Ok(()), "{strong}");
        }
        let long = passwords.check(&"ab cd ".repeat(100), "").await;
        assert_eq!(long, Err(DoorProblem::PasswordTooLong { limit_letters: 200 }));
    }
}
