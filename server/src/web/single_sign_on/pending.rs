//! Sign-ons that were begun and not ended yet. Each belongs to one browser, by a cookie, and ends once.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use openidconnect::{CsrfToken, Nonce, PkceCodeVerifier};

/// How long somebody may take at the provider.
pub const LIFETIME: Duration = Duration::from_secs(10 * 60);
/// Where more are begun the oldest is forgotten.
const MOST: usize = 10_000;

/// What must fit when somebody comes back.
pub struct Begun {
    pub state: CsrfToken,
    pub nonce: Nonce,
    pub verifier: PkceCodeVerifier,
    pub return_to: String,
}

#[derive(Default)]
pub struct Pending {
    /// By what the cookie says, with the time when it began.
    begun: Mutex<HashMap<String, (Instant, Begun)>>,
}

impl Pending {
    pub fn add(&self, id: String, begun: Begun, now: Instant) {
        let mut all = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= MOST {
            all.retain(|_, (since, _)| now.duration_since(*since) < LIFETIME);
        }
        if all.len() >= MOST
            && let Some(oldest) = all.iter().min_by_key(|(_, (since, _))| *since).map(|(id, _)| id.clone())
        {
            all.remove(&oldest);
        }
        all.insert(id, (now, begun));
    }

    /// Whatever comes of it, there is no second time.
    pub fn take(&self, id: &str, now: Instant) -> Option<Begun> {
        let (since, begun) = self.begun.lock().unwrap_or_else(PoisonError::into_inner).remove(id)?;
        (now.duration_since(since) < LIFETIME).then_some(begun)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashSet;

    use super::*;

    fn begun(return_to: &str) -> Begun {
        Begun {
            state: CsrfToken::new("state".into()),
            nonce: Nonce::new("nonce".into()),
            verifier: PkceCodeVerifier::new("verifier".into()),
            return_to: return_to.into(),
        }
    }

    fn taken(pending: &Pending, id: &str, now: Instant) -> Option<String> {
        pending.take(id, now).map(|begun| begun.return_to)
    }

    #[test]
    fn what_was_begun_ends_once_in_its_browser_and_in_time() {
        let (pending, now) = (Pending::default(), Instant::now());
        pending.add("mine".into(), begun("/mine"), now);
        pending.add("yours".into(), begun("/yours"), now);
        assert_eq!(taken(&pending, "made up", now), None);
        assert_eq!(taken(&pending, "mine", now).as_deref(), Some("/mine"));
        assert_eq!(taken(&pending, "mine", now), None, "a second time");
        assert_eq!(taken(&pending, "yours", now + LIFETIME), None, "too late");
        assert_eq!(taken(&pending, "yours", now), None);
    }

    #[test]
    fn only_so_many_are_remembered() {
        let (pending, start) = (Pending::default(), Instant::now());
        for number in 0..=MOST {
            pending.add(number.to_string(), begun("/"), start + Duration::from_millis(number as u64));
        }
        let ids = || pending.begun.lock().unwrap().keys().cloned().collect::<HashSet<_>>();
        assert!(ids().len() == MOST && !ids().contains("0") && ids().contains("1"), "the oldest gave way");
        pending.add("late".into(), begun("/"), start + 2 * LIFETIME);
        assert_eq!(ids(), HashSet::from(["late".to_owned()]), "those of before are forgotten");
    }
}
