//! Damaged and hostile files that fuzzing found to reach new code (engine/fuzz): each is answered with a sentence or
//! taken, never with a panic, and nothing large is allocated because a file claims so.
#![allow(clippy::unwrap_used)]

use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use engine::single_file::{FileKind, check};

/// The largest block asked for at once.
struct Watching;

static LARGEST_BYTES: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LARGEST_BYTES.fetch_max(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Watching = Watching;

/// For files of some kilobytes.
const LIMIT_BYTES: usize = 64 << 20;

#[test]
fn what_fuzzing_found_is_answered() {
    let corpora = [
        (FileKind::Safetensors, include_str!("hostile/safetensors.base64")),
        (FileKind::MistralConfig, include_str!("hostile/params_json.base64")),
        (FileKind::HuggingFaceConfig, include_str!("hostile/config_json.base64")),
        (FileKind::Tekken, include_str!("hostile/tekken_json.base64")),
        (FileKind::HuggingFaceTokenizer, include_str!("hostile/tokenizer_json.base64")),
        (FileKind::SentencePiece, include_str!("hostile/sentencepiece.base64")),
        (FileKind::Gguf, include_str!("hostile/gguf.base64")),
    ];
    for (kind, corpus) in corpora {
        let files: Vec<Vec<u8>> = corpus.lines().map(|line| BASE64_STANDARD.decode(line).unwrap()).collect();
        assert!(files.len() > 20, "{kind:?}");
        for file in &files {
            if let Err(error) = check(kind, file) {
                let sentence = error.to_string();
                assert!(sentence.contains(&format!("{kind:?}")), "the file is named: {sentence}");
            }
        }
        // Of every file also all beginnings: what a broken download leaves.
        for end in 0..files.last().unwrap().len() {
            let _ = check(kind, &files.last().unwrap()[..end]);
        }
    }
    assert_small();

    let far = r#"{"config":{"pattern":".","default_vocab_size":258,"default_num_special_tokens":2},"vocab":[{"rank":4294967290,"token_bytes":"AA==","token_str":null}]}"#;
    assert!(check(FileKind::Tekken, far.as_bytes()).is_err());
    assert_small();
}

fn assert_small() {
    let largest = LARGEST_BYTES.load(Ordering::Relaxed);
    assert!(largest < LIMIT_BYTES, "{largest} bytes at once");
}
