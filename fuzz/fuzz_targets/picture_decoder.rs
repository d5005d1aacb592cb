//! What the child process does first with a file that somebody uploads.
#![no_main]

use engine::picture::{DecodeLimits, decode};

const LIMITS: DecodeLimits = DecodeLimits { max_pixels: 4_000_000, max_bytes: 256 << 20 };

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(picture) = decode(bytes, &LIMITS) {
        assert_eq!(picture.rgb.len() as u64, u64::from(picture.width) * u64::from(picture.height) * 3);
    }
});
