//! Thousands of damaged pictures through the decoder that the child process calls: each is answered, and soon, by a
//! picture within the limits or by a sentence. `fuzz/fuzz_targets/picture_decoder.rs` goes on for as long as one likes.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    io::Cursor,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    time::{Duration, Instant},
};

use engine::picture::{self, DecodeLimits};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

const ROUNDS: usize = 3_000;
/// On a busy machine; mostly it takes a millisecond.
const LONGEST: Duration = Duration::from_secs(10);
const LIMITS: DecodeLimits = DecodeLimits { max_pixels: 1_000_000, max_bytes: 64 << 20 };

const FORMATS: [ImageFormat; 6] =
    [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP, ImageFormat::Bmp, ImageFormat::Tiff];

/// What formats begin with, and numbers that are at an end of their range.
const WORDS: [&[u8]; 12] = [
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"\xff\xd8\xff\xe1",
    b"\xff\xda",
    b"\x89PNG\r\n\x1a\n",
    b"IHDR",
    b"GIF89a",
    b"RIFF",
    b"II*\0",
    b"BM",
];

/// xorshift: every run draws the same.
struct Random(u64);

impl Random {
    /// Below `limit`, which is not 0.
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % limit
    }
}

/// Small pictures of every format, by name.
fn seeds() -> Vec<(String, Vec<u8>)> {
    let mut seeds = Vec::new();
    for folder in ["tests/pictures", "../end2end/fixtures", "../models/mini/examples"] {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            seeds.push((path.display().to_string(), fs::read(path).unwrap()));
        }
    }
    let drawn = RgbImage::from_fn(24, 16, |x, y| Rgb([(x * 10) as u8, (y * 15) as u8, (x * y) as u8]));
    for format in FORMATS {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::from(drawn.clone()).write_to(&mut bytes, format).unwrap();
        seeds.push((format!("drawn as {format:?}"), bytes.into_inner()));
    }
    // Folders are read in any order.
    seeds.sort();
    seeds
}

fn damaged(seed: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..1 + random.below(4) {
        if bytes.is_empty() {
            break;
        }
        // Headers are short and decide most.
        let reach = if random.below(2) == 0 { bytes.len().min(64) } else { bytes.len() };
        let at = random.below(reach);
        let end = (at + 1 + random.below(32)).min(bytes.len());
        match random.below(16) {
            0..4 => bytes[at] ^= 1 << random.below(8),
            4..8 => bytes[at] = [0, 1, 0x7f, 0x80, 0xfe, 0xff][random.below(6)],
            8..11 => {
                let word = WORDS[random.below(WORDS.len())];
                let end = (at + word.len()).min(bytes.len());
                bytes.splice(at..end, word.iter().copied());
            }
            11..13 => drop(bytes.drain(at..end)),
            13..15 => {
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            _ => bytes.truncate(at),
        }
    }
    if random.below(2) == 0 {
        mend_checksums(&mut bytes);
    }
    bytes
}

/// A PNG whose checksums are wrong is refused before anybody looks into it: here they are made right again.
fn mend_checksums(bytes: &mut [u8]) {
    let mut at = 8;
    while let Some(length) = bytes.get(at..at + 4).and_then(|length| length.try_into().ok()).map(u32::from_be_bytes) {
        let end = (at + 8).saturating_add(length as usize);
        let Some(body) = bytes.get(at + 4..end) else { return };
        let checksum = checksum(body).to_be_bytes();
        let Some(place) = bytes.get_mut(end..end + 4) else { return };
        place.copy_from_slice(&checksum);
        at = end + 4;
    }
}

/// CRC-32 as PNG has it.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[test]
fn damaged_pictures_are_answered_soon_and_never_with_a_panic() {
    let seeds = seeds();
    let mut random = Random(88_172_645_463_325_252);
    let mut taken = 0;
    for round in 0..ROUNDS {
        let (name, seed) = &seeds[round % seeds.len()];
        let bytes = damaged(seed, &mut random);
        let what = || format!("round {round}, {} bytes made of {name}", bytes.len());
        let start = Instant::now();
        let decoded = catch_unwind(AssertUnwindSafe(|| picture::decode(&bytes, &LIMITS)));
        assert!(start.elapsed() < LONGEST, "{}: {:?}", what(), start.elapsed());
        match decoded {
            Err(_) => panic!("{}: the decoder panicked", what()),
            Ok(Ok(picture)) => {
                let pixels = u64::from(picture.width) * u64::from(picture.height);
                assert!(pixels > 0 && pixels <= LIMITS.max_pixels, "{}: {pixels} pixels", what());
                assert_eq!(picture.rgb.len() as u64, pixels * 3, "{}", what());
                taken += 1;
            }
            Ok(Err(error)) => assert!(!error.to_string().is_empty()),
        }
    }
    assert!((100..ROUNDS - 100).contains(&taken), "some are still pictures, some are none: {taken}");
}
