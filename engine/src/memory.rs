//! How much memory is free.

/// Where nothing is known.
const ASSUMED_BYTES: u64 = 8 << 30;

/// Bytes that may be allocated without pushing others out, within the control group's limit.
#[cfg(target_os = "linux")]
pub fn available_bytes() -> u64 {
    let read = |path: &str| std::fs::read_to_string(path).ok();
    let number = |path: &str| read(path)?.trim().parse::<u64>().ok();
    let machine = read("/proc/meminfo").and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
        line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kib| kib * 1024)
    });
    let group = number("/sys/fs/cgroup/memory.max")
        .map(|limit| limit.saturating_sub(number("/sys/fs/cgroup/memory.current").unwrap_or(0)));
    match (machine, group) {
        (Some(machine), Some(group)) => machine.min(group),
        (Some(bytes), None) | (None, Some(bytes)) => bytes,
        (None, None) => ASSUMED_BYTES,
    }
}

#[cfg(not(target_os = "linux"))]
pub fn available_bytes() -> u64 {
    ASSUMED_BYTES
}
