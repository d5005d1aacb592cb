//! Personal mode's way in: a link with a key, as notebook servers have it. The browser trades the key for a cookie.

use std::{
    net::SocketAddr,
    sync::{Mutex, PoisonError},
};

use anyhow::Result;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

use crate::secrets::random_token;

/// Everything that has, or may have, a meaning in an address.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

pub struct PersonalLink {
    address: SocketAddr,
    /// The one person of personal mode.
    pub user_id: String,
    fixed_key: Option<String>,
    one_time_key: Mutex<String>,
}

/// What a key was good for.
#[derive(Debug, PartialEq, Eq)]
pub enum Redeemed {
    /// It opens the door, now and later (`CHATON_KEY`).
    Fixed,
    /// It opened the door once; `next_link` is for the next browser.
    Once {
        next_link: String,
    },
    Wrong,
}

impl PersonalLink {
    pub fn new(address: SocketAddr, user_id: String, fixed_key: Option<String>) -> Result<PersonalLink> {
        Ok(PersonalLink { address, user_id, fixed_key, one_time_key: Mutex::new(random_token()?) })
    }

    /// The link to print.
    pub fn link(&self) -> String {
        let one_time_key = self.one_time_key.lock().unwrap_or_else(PoisonError::into_inner);
        let key = self.fixed_key.as_ref().unwrap_or(&one_time_key);
        format!("http://{}/?key={}", self.address, utf8_percent_encode(key, ESCAPED))
    }

    /// Checks a key; a one-time key is used up by it.
    pub fn redeem(&self, key: &str) -> Result<Redeemed> {
        if let Some(fixed) = &self.fixed_key {
            return Ok(if same(fixed, key) { Redeemed::Fixed } else { Redeemed::Wrong });
        }
        {
            let mut expected = self.one_time_key.lock().unwrap_or_else(PoisonError::into_inner);
            if !same(&expected, key) {
                return Ok(Redeemed::Wrong);
            }
            *expected = random_token()?;
        }
        Ok(Redeemed::Once { next_link: self.link() })
    }
}

/// Compares hashes, so that the time taken tells nothing about the secret.
pub(super) fn same(left: &str, right: &str) -> bool {
    Sha256::digest(left) == Sha256::digest(right)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn door(key: Option<&str>) -> PersonalLink {
        PersonalLink::new("127.0.0.1:3000".parse().unwrap(), "me".into(), key.map(Into::into)).unwrap()
    }

    #[test]
    fn a_printed_link_works_once_and_leaves_another() {
        let door = door(None);
        let link = door.link();
        let key = link.split_once("key=").unwrap().1;
        let Redeemed::Once { next_link } = door.redeem(key).unwrap() else { panic!("the key is right") };
        assert_ne!(next_link, link);
        assert_eq!(door.redeem(key).unwrap(), Redeemed::Wrong);
    }

    #[test]
    fn any_key_survives_its_link() {
        let key = "a key&b=1#+%é";
        let link = door(Some(key)).link();
        let uri: http::Uri = link.parse().unwrap();
        let query = axum::extract::Query::<std::collections::HashMap<String, String>>::try_from_uri(&uri).unwrap();
        assert_eq!(query.get("key").map(String::as_str), Some(key));
    }

    #[test]
    fn a_fixed_key_works_again_and_others_never() {
        let door = door(Some("fixed-for-scripts"));
        for _ in 0..2 {
            assert_eq!(door.redeem("fixed-for-scripts").unwrap(), Redeemed::Fixed);
        }
        assert_eq!(door.redeem("fixed-for-script").unwrap(), Redeemed::Wrong);
        assert_eq!(door.redeem("").unwrap(), Redeemed::Wrong);
    }
}
