//! Personal mode's way in: a link with a key, as notebook servers have it. The browser trades the key for a cookie.

use std::{
    net::SocketAddr,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};

/// Everything that has, or may have, a meaning in an address.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

pub struct SignIn {
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

impl SignIn {
    pub fn new(address: SocketAddr, user_id: String, fixed_key: Option<String>) -> Result<SignIn> {
        Ok(SignIn { address, user_id, fixed_key, one_time_key: Mutex::new(random_token()?) })
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

    /// Cookies know no ports: two servers on one machine must not overwrite each other's.
    pub fn cookie_name(&self) -> String {
        format!("chaton_session_{}", self.address.port())
    }
}

/// 256 random bits for links and cookies.
pub fn random_token() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).context("the system has no random numbers")?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// Compares hashes, so that the time taken tells nothing about the key.
fn same(left: &str, right: &str) -> bool {
    Sha256::digest(left) == Sha256::digest(right)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn sign_in(key: Option<&str>) -> SignIn {
        SignIn::new("127.0.0.1:3000".parse().unwrap(), "me".into(), key.map(Into::into)).unwrap()
    }

    #[test]
    fn a_printed_link_works_once_and_leaves_another() {
        let door = sign_in(None);
        let link = door.link();
        let key = link.split_once("key=").unwrap().1;
        let Redeemed::Once { next_link } = door.redeem(key).unwrap() else { panic!("the key is right") };
        assert_ne!(next_link, link);
        assert_eq!(door.redeem(key).unwrap(), Redeemed::Wrong);
    }

    #[test]
    fn any_key_survives_its_link() {
        let key = "a key&b=1#+%é";
        let link = sign_in(Some(key)).link();
        let uri: http::Uri = link.parse().unwrap();
        let query = axum::extract::Query::<std::collections::HashMap<String, String>>::try_from_uri(&uri).unwrap();
        assert_eq!(query.get("key").map(String::as_str), Some(key));
    }

    #[test]
    fn a_fixed_key_works_again_and_others_never() {
        let door = sign_in(Some("fixed-for-scripts"));
        for _ in 0..2 {
            assert_eq!(door.redeem("fixed-for-scripts").unwrap(), Redeemed::Fixed);
        }
        assert_eq!(door.redeem("fixed-for-script").unwrap(), Redeemed::Wrong);
        assert_eq!(door.redeem("").unwrap(), Redeemed::Wrong);
    }
}
