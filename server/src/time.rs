//! Spans of time that several parts count in.

pub const DAY_MS: i64 = 24 * 60 * 60 * 1000;
