//! Byte-pair encoding: neighbours whose union comes first in the vocabulary's order are joined, until none is left (as
//! tiktoken and SentencePiece do).

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
};

#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub id: u32,
    /// Unions of lower rank are made first.
    pub rank: u32,
}

pub struct Bpe {
    tokens: HashMap<Vec<u8>, Token>,
    /// Ids of what has no other token.
    bytes: [u32; 256],
    begin: Begin,
}

/// What is joined at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    Bytes,
    Characters,
}

impl Bpe {
    /// `byte_id`: the id of a byte by itself. The reason says which byte has none.
    pub fn new(
        tokens: HashMap<Vec<u8>, Token>,
        byte_id: impl Fn(&HashMap<Vec<u8>, Token>, u8) -> Option<u32>,
        begin: Begin,
    ) -> Result<Self, String> {
        let mut bytes = [0; 256];
        for (value, id) in (0..=255_u8).zip(&mut bytes) {
            *id = byte_id(&tokens, value).ok_or_else(|| format!("it has no token for the byte {value}"))?;
        }
        Ok(Self { tokens, bytes, begin })
    }

    /// The token that is exactly `bytes`.
    pub fn whole(&self, bytes: &[u8]) -> Option<u32> {
        self.tokens.get(bytes).map(|token| token.id)
    }

    /// A heap of possible joins over a linked list of parts: a text of a megabyte takes no longer than many small ones.
    pub fn encode(&self, text: &str, ids: &mut Vec<u32>) {
        let bytes = text.as_bytes();
        let length = bytes.len();
        // Part i covers bytes i..end[i]; the one before begins at previous[i]. Only beginnings of parts count.
        let mut end: Vec<usize> = (1..=length).collect();
        let mut previous: Vec<usize> = (0..length).map(|i| i.wrapping_sub(1)).collect();
        if self.begin == Begin::Characters {
            for (start, character) in text.char_indices() {
                end[start] = start + character.len_utf8();
                if let Some(before) = previous.get_mut(end[start]) {
                    *before = start;
                }
            }
        }
        let mut heap = BinaryHeap::new();
        let offer = |heap: &mut BinaryHeap<_>, start: usize, middle: usize, stop: usize| {
            if let Some(token) = self.tokens.get(&bytes[start..stop]) {
                heap.push(Reverse((token.rank, start, middle, stop)));
            }
        };
        let mut start = 0;
        while start < length && end[start] < length {
            offer(&mut heap, start, end[start], end[end[start]]);
            start = end[start];
        }
        while let Some(Reverse((_, start, middle, stop))) = heap.pop() {
            // Stale if either part was joined with another since.
            if end[start] != middle || end[middle] != stop {
                continue;
            }
            end[start] = stop;
            end[middle] = usize::MAX;
            if stop < length {
                previous[stop] = start;
                offer(&mut heap, start, stop, end[stop]);
            }
            if start > 0 {
                offer(&mut heap, previous[start], start, stop);
            }
        }
        let mut at = 0;
        while at < length {
            let part = &bytes[at..end[at]];
            match self.tokens.get(part) {
                Some(token) => ids.push(token.id),
                None => ids.extend(part.iter().map(|&byte| self.bytes[usize::from(byte)])),
            }
            at = end[at];
        }
    }
}
