//! What an answer goes through on its way to a page.
#![no_main]

use markup::render;

/// Whatever was written stands in a page with `&lt;`.
const NEVER: [&str; 5] = ["<script", "<style", "<img", "<iframe", "<svg"];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for html in render(&String::from_utf8_lossy(bytes)) {
        assert!(!NEVER.iter().any(|never| html.contains(never)), "{html}");
    }
});
