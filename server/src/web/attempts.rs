//! How often somebody may try to come in: names, passwords, links and codes cannot be guessed by trying.

use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::limits::wait_for;

/// At once; then one again each period.
const BURST: NonZeroU32 = NonZeroU32::new(10).expect("not zero");
/// A school behind one address signs in within minutes.
const ADDRESS_PERIOD: Duration = Duration::from_secs(2);
const ADDRESS_BURST: NonZeroU32 = NonZeroU32::new(60).expect("not zero");
const NAME_PERIOD: Duration = Duration::from_secs(30);

pub struct Attempts {
    by_address: DefaultKeyedRateLimiter<Option<IpAddr>>,
    by_name: DefaultKeyedRateLimiter<String>,
}

impl Default for Attempts {
    fn default() -> Self {
        Self {
            by_address: RateLimiter::keyed(quota(ADDRESS_PERIOD, ADDRESS_BURST)),
            by_name: RateLimiter::keyed(quota(NAME_PERIOD, BURST)),
        }
    }
}

fn quota(period: Duration, burst: NonZeroU32) -> Quota {
    // Only a period of no length has no quota.
    Quota::with_period(period).unwrap_or(Quota::per_second(burst)).allow_burst(burst)
}

impl Attempts {
    /// Counts an attempt from `address`.
    ///
    /// # Errors
    /// Seconds to wait: there were too many.
    pub fn from_address(&self, address: Option<IpAddr>) -> Result<(), u32> {
        wait_for(&self.by_address, &address)
    }

    /// Counts an attempt from `address` for the account `name`.
    ///
    /// # Errors
    /// Seconds to wait: there were too many.
    pub fn for_name(&self, address: Option<IpAddr>, name: &str) -> Result<(), u32> {
        self.from_address(address)?;
        // Also for a name that nobody has: refusing must not tell.
        wait_for(&self.by_name, &name.trim().to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_not_tried_for_ever_and_others_are_not_held_up() {
        let attempts = Attempts::default();
        let address = |last: u8| Some(IpAddr::from([192, 0, 2, last]));
        for number in 0..10 {
            assert_eq!(attempts.for_name(address(number), "Anna"), Ok(()));
        }
        let wait = attempts.for_name(address(99), " ANNA ").expect_err("from anywhere");
        assert!((1..=31).contains(&wait), "{wait}");
        assert_eq!(attempts.for_name(address(99), "Ben"), Ok(()));
        for number in 0..58 {
            assert_eq!(attempts.for_name(address(99), &format!("Nr {number}")), Ok(()), "{number}");
        }
        assert!(attempts.from_address(address(99)).is_err(), "an address that tries many names");
        assert_eq!(attempts.from_address(address(1)), Ok(()));
    }
}
