//! Ids, time, and the few encodings that several tables share.

use std::fmt::Write;
use std::time::{SystemTime, UNIX_EPOCH};

use sha2::{Digest, Sha256};

use crate::error::{Result, StorageError};

/// A UUIDv7: ids made by one process sort by age, also within a millisecond; 74 bits cannot be guessed.
pub(crate) fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Milliseconds since 1970 (UTC).
pub fn now_ms() -> i64 {
    // A clock before 1970 is a machine without a battery: 0 is as good as any other time there.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

/// SHA-256 in lower-case hexadecimal.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Token ids as little-endian u32s.
pub(crate) fn tokens_to_bytes(tokens: &[u32]) -> Vec<u8> {
    tokens.iter().flat_map(|token| token.to_le_bytes()).collect()
}

pub(crate) fn tokens_from_bytes(bytes: &[u8]) -> Result<Vec<u32>> {
    let (tokens, rest) = bytes.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(StorageError::Unreadable { what: "list of tokens" });
    }
    Ok(tokens.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn ids_sort_by_age() {
        let ids: Vec<String> = (0..1000).map(|_| new_id()).collect();
        assert!(ids.is_sorted());
    }

    #[test]
    fn tokens_survive() {
        let tokens = [0, 1, 255, 256, 131_071, u32::MAX];
        assert_eq!(tokens_from_bytes(&tokens_to_bytes(&tokens)).unwrap(), tokens);
        assert!(tokens_from_bytes(&[1, 2, 3]).is_err());
    }

    #[test]
    fn hash_is_sha256() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(sha256_hex(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
