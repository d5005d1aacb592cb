//! How much memory there is. Not how much is free: a choice made by it must come out the same after a restart, or an
//! answer taken up again would be computed differently.

/// Where nothing is known.
const ASSUMED_BYTES: u64 = 8 << 30;

/// The machine's memory, within the control group's limit.
#[cfg(target_os = "linux")]
pub fn total_bytes() -> u64 {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let machine = read("/proc/meminfo").and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
        line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kib| kib * 1024)
    });
    let group = read("/sys/fs/cgroup/memory.max").and_then(|text| text.trim().parse::<u64>().ok());
    machine.into_iter().chain(group).min().unwrap_or(ASSUMED_BYTES)
}

#[cfg(not(target_os = "linux"))]
pub fn total_bytes() -> u64 {
    ASSUMED_BYTES
}
