//! How often somebody may try to come in: names, passwords, links and codes cannot be guessed by trying.

use std::net::IpAddr;

use governor::DefaultKeyedRateLimiter;

use crate::{
    limits::{Rate, limiter, wait_for},
    names,
};

/// A school behind one address signs in within minutes.
const ADDRESS: Rate = Rate::new(300, 1);
/// Of one account, from one place: whoever forgot a password tries less often.
const NAME_FROM_PLACE: Rate = Rate::new(10, 30);
/// Of one account, from everywhere: high enough that nobody is locked out by somebody else's tries.
const NAME: Rate = Rate::new(100, 3);

pub struct Attempts {
    by_address: DefaultKeyedRateLimiter<Option<IpAddr>>,
    by_name_from_place: DefaultKeyedRateLimiter<(Option<IpAddr>, String)>,
    by_name: DefaultKeyedRateLimiter<String>,
}

impl Default for Attempts {
    fn default() -> Self {
        Self { by_address: limiter(ADDRESS), by_name_from_place: limiter(NAME_FROM_PLACE), by_name: limiter(NAME) }
    }
}

impl Attempts {
    /// Counts an attempt from `address`.
    ///
    /// # Errors
    /// Seconds to wait: there were too many.
    pub fn from_address(&self, address: Option<IpAddr>) -> Result<(), u32> {
        wait_for(&self.by_address, &place(address))
    }

    /// Counts an attempt from `address` for the account `name`; also for a name that nobody has: refusing must not tell.
    ///
    /// # Errors
    /// Seconds to wait: there were too many.
    pub fn for_name(&self, address: Option<IpAddr>, name: &str) -> Result<(), u32> {
        self.from_address(address)?;
        // What is no name opens nothing, and is not remembered.
        let Ok(name) = names::clean(name) else { return Ok(()) };
        let key = storage::name_key(&name);
        wait_for(&self.by_name_from_place, &(place(address), key.clone()))?;
        wait_for(&self.by_name, &key)
    }
}

/// One client of IPv6 has a whole network of 64 bits to itself.
fn place(address: Option<IpAddr>) -> Option<IpAddr> {
    address.map(|address| match address {
        IpAddr::V6(address) => IpAddr::from((u128::from(address) >> 64 << 64).to_be_bytes()),
        IpAddr::V4(_) => address,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_not_tried_for_ever_and_nobody_is_locked_out_by_others() {
        let attempts = Attempts::default();
        let address = |last: u8| Some(IpAddr::from([192, 0, 2, last]));
        for way in ["Anna Müller", "anna  müller", "ANNA\tMÜLLER", "Anna Mu\u{308}ller"].iter().cycle().take(10) {
            assert_eq!(attempts.for_name(address(1), way), Ok(()), "{way}");
        }
        let wait = attempts.for_name(address(1), "Anna Müller").expect_err("however it is written");
        assert!((1..=31).contains(&wait), "{wait}");
        assert_eq!(attempts.for_name(address(1), "Ben"), Ok(()));
        assert_eq!(attempts.for_name(address(2), "Anna Müller"), Ok(()), "from elsewhere she comes in");
        let tries = (3..=200)
            .flat_map(|last| [last; 5])
            .take_while(|&last| attempts.for_name(address(last), "Anna Müller").is_ok());
        assert_eq!(tries.count(), 100 - 11, "from everywhere it ends, too");
    }

    #[test]
    fn a_client_with_many_addresses_is_one() {
        let attempts = Attempts::default();
        let tried = (0..1000_u128).take_while(|&host| {
            attempts.from_address(Some(IpAddr::from((0x2001_0db8_u128 << 96 | host).to_be_bytes()))).is_ok()
        });
        assert_eq!(tried.count(), 300);
    }

    #[test]
    fn what_is_no_name_is_not_remembered() {
        let attempts = Attempts::default();
        for _ in 0..100 {
            assert_eq!(attempts.for_name(None, &"x".repeat(1_000_000)), Ok(()));
        }
        assert_eq!(attempts.by_name.len(), 0);
    }
}
