//! Byte-pair encoding: text is split by a pattern, then in every piece the neighbours whose union has the lowest id
//! are joined, until none is left (as tiktoken does).

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, HashMap},
};

use tokenizers::{
    OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer, SplitDelimiterBehavior,
    pre_tokenizers::split::{Split, SplitPattern},
};

pub struct Bpe {
    split: Split,
    ids: HashMap<Vec<u8>, u32>,
    bytes: [u32; 256],
}

impl Bpe {
    pub fn new(pattern: &str, tokens: Vec<(u32, Vec<u8>)>) -> Result<Self, String> {
        let split = Split::new(SplitPattern::Regex(pattern.to_owned()), SplitDelimiterBehavior::Isolated, false)
            .map_err(|error| format!("its pattern is wrong ({error})"))?;
        let ids: HashMap<Vec<u8>, u32> = tokens.into_iter().map(|(id, bytes)| (bytes, id)).collect();
        let mut bytes = [0; 256];
        for (value, id) in bytes.iter_mut().enumerate() {
            let byte = value as u8;
            *id = *ids.get(&[byte][..]).ok_or_else(|| format!("it has no token for the byte {value}"))?;
        }
        Ok(Self { split, ids, bytes })
    }

    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut pieces = PreTokenizedString::from(text);
        let mut ids = Vec::new();
        if self.split.pre_tokenize(&mut pieces).is_err() {
            // The pattern gave up: the text is then one piece, which is still exact when it is read back.
            self.encode_piece(text.as_bytes(), &mut ids);
            return ids;
        }
        for (piece, _, _) in pieces.get_splits(OffsetReferential::Original, OffsetType::Byte) {
            self.encode_piece(piece.as_bytes(), &mut ids);
        }
        ids
    }

    /// A heap of possible joins over a linked list of parts: a piece of a megabyte takes no longer than many small ones.
    fn encode_piece(&self, piece: &[u8], ids: &mut Vec<u32>) {
        if let Some(&id) = self.ids.get(piece) {
            ids.push(id);
            return;
        }
        let length = piece.len();
        // Part i covers bytes i..end[i]; the one before begins at previous[i].
        let mut end: Vec<usize> = (1..=length).collect();
        let mut previous: Vec<usize> = (0..length).map(|i| i.wrapping_sub(1)).collect();
        let mut heap = BinaryHeap::new();
        let offer = |heap: &mut BinaryHeap<_>, start: usize, middle: usize, stop: usize| {
            if let Some(&id) = self.ids.get(&piece[start..stop]) {
                heap.push(Reverse((id, start, middle, stop)));
            }
        };
        for start in 0..length.saturating_sub(1) {
            offer(&mut heap, start, start + 1, start + 2);
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
            let part = &piece[at..end[at]];
            ids.push(self.ids.get(part).copied().unwrap_or(self.bytes[usize::from(piece[at])]));
            at = end[at];
        }
    }
}
