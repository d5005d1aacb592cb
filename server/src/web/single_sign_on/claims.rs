//! What a provider says of somebody.

use std::collections::HashMap;

use openidconnect::{
    AdditionalClaims, EndUserName, EndUserUsername, IdTokenClaims, LocalizedClaim, UserInfoClaims,
    core::CoreGenderClaim,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::names;

/// Of whom the provider tells no name.
const NAMELESS: &str = "Someone";

/// Claims that not every provider knows, by their names.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub struct OtherClaims(HashMap<String, Value>);

impl AdditionalClaims for OtherClaims {}

impl OtherClaims {
    /// What `claim` lists: several texts, or one.
    fn list(&self, claim: &str) -> Option<Vec<String>> {
        match self.0.get(claim)? {
            Value::String(text) => Some(vec![text.clone()]),
            Value::Array(texts) => Some(texts.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
            _ => None,
        }
    }
}

/// What is needed of the claims, as far as it was said.
#[derive(Debug, PartialEq, Eq)]
pub struct Told {
    pub name: Option<String>,
    user_name: Option<String>,
    pub groups: Option<Vec<String>>,
}

impl Told {
    pub fn by_token(claims: &IdTokenClaims<OtherClaims, CoreGenderClaim>, groups_claim: &str) -> Told {
        Self::of(claims.name(), claims.preferred_username(), claims.additional_claims(), groups_claim)
    }

    pub fn by_user_info(claims: &UserInfoClaims<OtherClaims, CoreGenderClaim>, groups_claim: &str) -> Told {
        Self::of(claims.name(), claims.preferred_username(), claims.additional_claims(), groups_claim)
    }

    fn of(
        name: Option<&LocalizedClaim<EndUserName>>,
        user_name: Option<&EndUserUsername>,
        others: &OtherClaims,
        groups_claim: &str,
    ) -> Told {
        Told {
            name: name.and_then(|name| name.get(None)).map(|name| name.as_str().to_owned()),
            user_name: user_name.map(|name| name.as_str().to_owned()),
            groups: others.list(groups_claim),
        }
    }

    /// With what another place said where this one is silent.
    pub fn or(self, other: Told) -> Told {
        Told {
            name: self.name.or(other.name),
            user_name: self.user_name.or(other.user_name),
            groups: self.groups.or(other.groups),
        }
    }

    /// A name that an account can have.
    pub fn account_name(&self) -> String {
        let cut = |name: &String| name.chars().take(storage::MAX_NAME_LETTERS).collect::<String>();
        let named = [&self.name, &self.user_name].into_iter().flatten().find_map(|name| names::clean(&cut(name)).ok());
        named.unwrap_or_else(|| NAMELESS.to_owned())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    /// What the claims say, in the ID token and in the user information alike.
    fn told(claims: Value) -> Told {
        let mut all = json!({ "iss": "https://login.example.org", "aud": "chaton", "sub": "1", "exp": 2, "iat": 1 });
        all.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
        let by_token = Told::by_token(&serde_json::from_value(all.clone()).unwrap(), "groups");
        let user_info = UserInfoClaims::from_json::<std::io::Error>(all.to_string().as_bytes(), None).unwrap();
        assert_eq!(Told::by_user_info(&user_info, "groups"), by_token);
        by_token
    }

    #[test]
    fn groups_are_a_list_or_a_text() {
        let groups = |value: Value| told(json!({ "groups": value, "name": "Anna" })).groups;
        assert_eq!(groups(json!(["a", "b c"])), Some(vec!["a".to_owned(), "b c".to_owned()]));
        assert_eq!(groups(json!("a, b")), Some(vec!["a, b".to_owned()]));
        assert_eq!(groups(json!(["a", 7, null])), Some(vec!["a".to_owned()]));
        assert_eq!(groups(json!([])), Some(Vec::new()), "in no group");
        assert_eq!(groups(json!({ "a": true })), None);
        assert_eq!(told(json!({ "Groups": ["a"] })).groups, None, "nothing is said of groups");
    }

    #[test]
    fn whoever_comes_gets_a_name() {
        let name = |claims| told(claims).account_name();
        assert_eq!(name(json!({ "name": " Anna\tMüller ", "preferred_username": "anna" })), "Anna Müller");
        assert_eq!(name(json!({ "name": " ", "preferred_username": "anna" })), "anna");
        assert_eq!(name(json!({ "email": "anna@example.org" })), NAMELESS);
        assert_eq!(name(json!({ "name": "é".repeat(200) })), "é".repeat(storage::MAX_NAME_LETTERS));
    }

    #[test]
    fn what_the_token_leaves_out_the_provider_says_when_asked() {
        let token = told(json!({ "preferred_username": "anna", "groups": ["a"] }));
        let both = token.or(told(json!({ "name": "Anna", "groups": ["b"] })));
        assert_eq!((both.account_name().as_str(), both.groups), ("Anna", Some(vec!["a".to_owned()])));
    }
}
