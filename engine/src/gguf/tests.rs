#![allow(clippy::unwrap_used)]

use super::*;

/// Writes headers, right and wrong ones.
#[derive(Clone)]
struct Header(Vec<u8>);

impl Header {
    fn new(tensors: u64, keys: u64) -> Self {
        Self(b"GGUF".to_vec()).u32(3).u64(tensors).u64(keys)
    }

    fn u32(mut self, value: u32) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    fn u64(mut self, value: u64) -> Self {
        self.0.extend(value.to_le_bytes());
        self
    }

    fn string(mut self, text: &str) -> Self {
        self = self.u64(text.len() as u64);
        self.0.extend(text.as_bytes());
        self
    }

    fn key(self, name: &str, kind: u32) -> Self {
        self.string(name).u32(kind)
    }

    fn tensor(mut self, name: &str, shape: &[u64], kind: u32, offset: u64) -> Self {
        self = self.string(name).u32(shape.len() as u32);
        for &side in shape {
            self = self.u64(side);
        }
        self.u32(kind).u64(offset)
    }

    /// Fills up to the alignment and adds `count` bytes of data.
    fn data(mut self, count: usize) -> Vec<u8> {
        self.0.resize(self.0.len().next_multiple_of(32) + count, 0);
        self.0
    }
}

fn parse(bytes: Vec<u8>) -> Result<GgufFile, LoadError> {
    GgufFile::parse("model.gguf".into(), Bytes::from_vec(bytes))
}

fn message(bytes: Vec<u8>) -> String {
    let message = parse(bytes).err().expect("it must not be read").to_string();
    assert!(message.starts_with("model.gguf ") && !message.contains('\n') && message.contains(';'), "{message}");
    message
}

fn example() -> Vec<u8> {
    let header = Header::new(2, 4).key("general.architecture", 8).string("llama");
    let header = header.key("a.size", 4).u32(7).key("a.words", 9).u32(8).u64(2).string("x").string("é");
    let header = header.key("a.scores", 9).u32(6).u64(1).u32(1.5_f32.to_bits());
    header.tensor("x", &[32, 2], 8, 0).tensor("y", &[3], 0, 96).data(96 + 12)
}

#[test]
fn reads_what_is_there() {
    let file = parse(example()).unwrap();
    assert_eq!(file.text("general.architecture"), Some("llama"));
    assert_eq!(file.json()["a.size"], 7);
    assert_eq!(file.json()["a.words"], "a list");
    let x = &file.tensors.tensors["x"];
    assert_eq!((x.format, &x.shape[..], x.bytes.len()), (NumberFormat::Q8_0, &[2, 32][..], 68));
    assert_eq!(file.tensors.tensors["y"].bytes.len(), 12);
    let whole = example();
    let Some(Value::List(words)) = file.metadata.get("a.words") else { panic!("a.words is a list") };
    assert_eq!(words.texts(&whole), Some(vec!["x", "é"]));
    let Some(Value::List(scores)) = file.metadata.get("a.scores") else { panic!("a.scores is a list") };
    assert_eq!((scores.numbers(&whole), scores.texts(&whole)), (Some(vec![1.5]), None));
}

#[test]
fn every_cut_is_noticed() {
    let whole = example();
    for length in 0..whole.len() {
        let message = message(whole[..length].to_vec());
        assert!(message.contains("cut off"), "{length} bytes: {message}");
    }
}

#[test]
fn no_change_of_a_byte_makes_it_panic() {
    let whole = example();
    for at in 0..whole.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff, whole[at] ^ 1, whole[at] ^ 0x20] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            if let Ok(file) = parse(bytes) {
                // Whatever was read can be looked at.
                file.json();
                assert!(file.tensors.tensors.values().all(|tensor| tensor.numbers() > 0));
                assert!(file.vocabulary().is_err());
            }
        }
    }
}

#[test]
fn hostile_headers_are_refused() {
    let huge = 1 << 60;
    let name = |length: u64| Header::new(0, 1).u64(length);
    let one = |shape: &[u64], kind: u32, offset: u64, data: usize| {
        Header::new(1, 0).tensor("x", shape, kind, offset).data(data)
    };
    for (expected, bytes) in [
        ("it is not a GGUF file", b"ggml and more".to_vec()),
        ("claims 1152921504606846976 tensors", Header::new(huge, 0).data(64)),
        ("and 1152921504606846976 keys", Header::new(0, huge).data(64)),
        ("a key in its header has 4294967296 bytes", name(1 << 32).data(64)),
        ("a key in its header has 18446744073709551615 bytes", name(u64::MAX).data(64)),
        ("not UTF-8", {
            let mut bytes = name(2).data(64);
            bytes[32..34].copy_from_slice(&[0xc3, 0x28]);
            bytes
        }),
        ("cut off", Header::new(0, 1).key("k", 8).u64(1 << 32).data(64)),
        ("cut off", Header::new(0, 1).key("k", 8).u64(u64::MAX).data(64)),
        ("unknown type 13", Header::new(0, 1).key("k", 13).data(64)),
        ("list of the unknown type 99", Header::new(0, 1).key("k", 9).u32(99).u64(1).data(64)),
        ("list of lists", Header::new(0, 1).key("k", 9).u32(9).u64(huge).data(64)),
        ("claims 1152921504606846976 entries", Header::new(0, 1).key("k", 9).u32(12).u64(huge).data(64)),
        ("cut off", Header::new(0, 1).key("k", 9).u32(12).u64(1 << 22).data(64)),
        ("cut off", Header::new(0, 1).key("k", 9).u32(8).u64(1 << 22).u64(1 << 40).data(64)),
        ("the key k twice", Header::new(0, 2).key("k", 4).u32(1).key("k", 4).u32(1).data(64)),
        ("not a power of two", Header::new(0, 1).key("general.alignment", 4).u32(0).data(64)),
        ("not a power of two", Header::new(0, 1).key("general.alignment", 4).u32(48).data(64)),
        ("not a power of two", Header::new(0, 1).key("general.alignment", 10).u64(1 << 63).data(64)),
        ("not a power of two", Header::new(0, 1).key("general.alignment", 8).string("32").data(64)),
        ("the tensor x twice", Header::new(2, 0).tensor("x", &[1], 0, 0).tensor("x", &[1], 0, 0).data(64)),
        ("has 0 dimensions", one(&[], 0, 0, 64)),
        ("has 5 dimensions", one(&[1, 1, 1, 1, 1], 0, 0, 64)),
        ("impossible size", one(&[0], 0, 0, 64)),
        ("impossible size", one(&[1 << 32, 1 << 32], 0, 0, 64)),
        ("impossible size", one(&[u64::MAX, u64::MAX, u64::MAX], 0, 0, 64)),
        ("cut off", one(&[1 << 48], 0, 0, 64)),
        ("is stored as IQ4_XS", one(&[256], 23, 0, 136)),
        ("is stored as type 4242", one(&[256], 4242, 0, 64)),
        ("do not fill its blocks", one(&[48, 2], 2, 0, 64)),
        ("do not fill its blocks", one(&[128, 2], 12, 0, 144)),
        ("multiple of 32", one(&[1], 0, 4, 64)),
        ("cut off", one(&[1], 0, 1 << 40, 64)),
        ("cut off", one(&[1], 0, u64::MAX - 31, 64)),
        ("cut off", one(&[17], 0, 0, 64)),
    ] {
        let message = message(bytes);
        assert!(message.contains(expected), "{expected:?} expected: {message}");
    }
}

#[test]
fn versions_and_byte_orders() {
    for (version, expected) in [
        (1, "version 1"),
        (3_u32.swap_bytes(), "big-endian"),
        (2_u32.swap_bytes(), "big-endian"),
        (4, "version 4"),
        (0, "version 0"),
    ] {
        let mut bytes = example();
        bytes[4..8].copy_from_slice(&version.to_le_bytes());
        assert!(message(bytes).contains(expected));
    }
    let mut second = example();
    second[4] = 2;
    assert!(parse(second).is_ok());
}

#[test]
fn an_alignment_of_its_own_is_kept() {
    let header = Header::new(2, 1).key("general.alignment", 4).u32(64);
    let header = header.tensor("x", &[1], 0, 0).tensor("y", &[1], 0, 64);
    let mut bytes = header.0.clone();
    let start = bytes.len().next_multiple_of(64);
    bytes.resize(start + 68, 0);
    bytes[start + 64..].copy_from_slice(&2.5_f32.to_le_bytes());
    let file = parse(bytes).unwrap();
    assert_eq!(file.tensors.tensors["y"].bytes.as_slice(), 2.5_f32.to_le_bytes());
}
