//! What each role may do, and how fast. One person alone has no limits but those of the server.

use std::{hash::Hash, num::NonZeroU32, time::Duration};

use app::types::{Caller, Problem, TeamRole};

use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use crate::settings::{MAX_PICTURES, ServeSettings};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The longest answer.
    pub answer_tokens: u32,
    /// Pictures in one message.
    pub pictures: usize,
    /// Of one picture file.
    pub upload_bytes: u64,
}

const GUEST: Limits = Limits { answer_tokens: 512, pictures: 4, upload_bytes: 10_000_000 };

impl Limits {
    pub fn of(caller: &Caller, settings: &ServeSettings) -> Limits {
        let server = Limits {
            answer_tokens: settings.answer_tokens,
            pictures: MAX_PICTURES,
            upload_bytes: settings.upload_limit_bytes,
        };
        match caller.role {
            TeamRole::Administrator | TeamRole::Member => server,
            TeamRole::Guest => Limits {
                answer_tokens: server.answer_tokens.min(GUEST.answer_tokens),
                pictures: server.pictures.min(GUEST.pictures),
                upload_bytes: server.upload_bytes.min(GUEST.upload_bytes),
            },
        }
    }
}

/// As many at once; then one again each period.
#[derive(Clone, Copy)]
pub struct Rate {
    burst: u32,
    period: Duration,
}

impl Rate {
    pub const fn new(burst: u32, period_seconds: u64) -> Self {
        Self { burst, period: Duration::from_secs(period_seconds) }
    }
}

const QUESTIONS: Rate = Rate::new(20, 3);
const GUEST_QUESTIONS: Rate = Rate::new(5, 20);
const UPLOADS: Rate = Rate::new(64, 1);
const GUEST_UPLOADS: Rate = Rate::new(8, 15);

/// How often each person of a team asks and uploads: nobody holds the others up.
pub struct Pace {
    questions: DefaultKeyedRateLimiter<String>,
    guest_questions: DefaultKeyedRateLimiter<String>,
    uploads: DefaultKeyedRateLimiter<String>,
    guest_uploads: DefaultKeyedRateLimiter<String>,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            questions: limiter(QUESTIONS),
            guest_questions: limiter(GUEST_QUESTIONS),
            uploads: limiter(UPLOADS),
            guest_uploads: limiter(GUEST_UPLOADS),
        }
    }
}

pub fn limiter<K: Clone + Eq + Hash>(rate: Rate) -> DefaultKeyedRateLimiter<K> {
    let burst = NonZeroU32::new(rate.burst).unwrap_or(NonZeroU32::MIN);
    // Only a period of no length has no quota.
    RateLimiter::keyed(Quota::with_period(rate.period).unwrap_or(Quota::per_second(burst)).allow_burst(burst))
}

impl Pace {
    /// Counts a question, or refuses it.
    pub fn question(&self, caller: &Caller) -> Result<(), Problem> {
        check(caller, &self.questions, &self.guest_questions)
    }

    /// Counts a picture, or refuses it.
    pub fn upload(&self, caller: &Caller) -> Result<(), Problem> {
        check(caller, &self.uploads, &self.guest_uploads)
    }
}

fn check(
    caller: &Caller,
    limiter: &DefaultKeyedRateLimiter<String>,
    of_guests: &DefaultKeyedRateLimiter<String>,
) -> Result<(), Problem> {
    if !caller.is_team {
        return Ok(());
    }
    let limiter = if caller.role == TeamRole::Guest { of_guests } else { limiter };
    wait_for(limiter, &caller.user_id).map_err(|seconds| Problem::TooFast { seconds })
}

/// Keys that are remembered before those that may go on anyway are forgotten.
const MANY_KEYS: usize = 10_000;

/// Counts one for `key`.
///
/// # Errors
/// Seconds to wait: there were too many.
pub fn wait_for<K: Clone + Eq + Hash>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), u32> {
    if limiter.len() > MANY_KEYS {
        limiter.retain_recent();
    }
    limiter.check_key(key).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now());
        u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(user_id: &str, role: TeamRole, is_team: bool) -> Caller {
        Caller { user_id: user_id.into(), session_id: String::new(), role, is_team }
    }

    #[test]
    fn a_team_shares_and_guests_wait_sooner() {
        let asked = |caller: &Caller| {
            let pace = Pace::default();
            (0..200).take_while(|_| pace.question(caller).is_ok()).count()
        };
        assert_eq!(asked(&caller("a", TeamRole::Member, true)), 20);
        assert_eq!(asked(&caller("a", TeamRole::Guest, true)), 5);
        assert_eq!(asked(&caller("a", TeamRole::Administrator, false)), 200, "one person alone");
        let pace = Pace::default();
        let (greedy, other) = (caller("a", TeamRole::Member, true), caller("b", TeamRole::Member, true));
        while pace.upload(&greedy).is_ok() {}
        assert!(matches!(pace.upload(&greedy), Err(Problem::TooFast { seconds: 1..=2 })));
        assert_eq!(pace.upload(&other), Ok(()));
    }
}
