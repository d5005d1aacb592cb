#![no_main]

use engine::single_file::{FileKind, check};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = check(FileKind::SentencePiece, bytes);
});
