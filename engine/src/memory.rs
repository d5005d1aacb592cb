//! How much memory there is. Choices are made by how much the machine has, not by how much is free: they must come out
//! the same after a restart, or an answer taken up again would be computed differently.

pub mod plan;

/// Where nothing is known.
const ASSUMED_BYTES: u64 = 8 << 30;

/// `None`: this system does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    /// The machine's memory, within the control group's limit.
    pub total_bytes: Option<u64>,
    /// What could be had now, without swapping: free, or a copy of a file that can be read again.
    pub available_bytes: Option<u64>,
    /// Somebody said that the program may use no more than that.
    pub is_limited: bool,
}

impl Machine {
    #[cfg(target_os = "linux")]
    pub fn here() -> Self {
        let number = |path: &str| std::fs::read_to_string(path).ok()?.trim().parse::<u64>().ok();
        let machine = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let group_total = number("/sys/fs/cgroup/memory.max");
        let group_available = group_total.zip(number("/sys/fs/cgroup/memory.current")).map(|(most, used)| {
            let statistics = std::fs::read_to_string("/sys/fs/cgroup/memory.stat").unwrap_or_default();
            let files =
                line_of(&statistics, "inactive_file").unwrap_or(0) + line_of(&statistics, "active_file").unwrap_or(0);
            most.saturating_sub(used.saturating_sub(files))
        });
        let kib = |name: &str| line_of(&machine, name).map(|kib| kib * 1024);
        Self {
            total_bytes: kib("MemTotal:").into_iter().chain(group_total).min(),
            available_bytes: kib("MemAvailable:").into_iter().chain(group_available).min(),
            is_limited: false,
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub fn here() -> Self {
        Self::default()
    }

    /// As if there were no more than `limit_bytes`.
    pub fn within(self, limit_bytes: Option<u64>) -> Self {
        let at_most = |bytes: Option<u64>| bytes.into_iter().chain(limit_bytes).min();
        let total_bytes = at_most(self.total_bytes);
        let is_limited = total_bytes != self.total_bytes;
        Self { total_bytes, available_bytes: at_most(self.available_bytes), is_limited }
    }

    pub fn total_or_assumed_bytes(self) -> u64 {
        self.total_bytes.unwrap_or(ASSUMED_BYTES)
    }
}

/// The number after `name` on a line of its own.
#[cfg(target_os = "linux")]
fn line_of(text: &str, name: &str) -> Option<u64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next()?.parse().ok())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn this_machine_has_memory() {
        let here = Machine::here();
        let (total, available) = (here.total_bytes.unwrap(), here.available_bytes.unwrap());
        assert!(total > 256 << 20 && available > 0 && available <= total, "{here:?}");
        assert_eq!(line_of("MemTotal:       24656824 kB\nMemFree: 1 kB\n", "MemTotal:"), Some(24_656_824));
        assert_eq!(line_of("active_file 5\ninactive_file 7\n", "inactive_file"), Some(7));
    }
}
