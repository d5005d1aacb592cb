//! What was read before is not read again: full blocks of keys and values are kept after their request has ended, as a
//! tree over what led to them. Two prompts share the blocks of their common beginning: follow-up questions, edits,
//! regenerated answers, the same question twice.
//!
//! A block's key is a hash of its parent's key, its sixteen tokens and the pictures that begin in it; the root is a hash
//! of a scope, so that nobody learns by waiting less what another one asked. Kept blocks are the very ones that were
//! computed, so nothing differs by a bit.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use sha2::{Digest, Sha256};

use crate::cpu::kv_cache::{BLOCK_TOKENS, Block};

pub type Key = [u8; 32];

/// The keys of the full blocks of one sequence, as far as it goes.
pub struct Chain {
    root: Key,
    keys: Vec<Key>,
    /// First token and hash of every picture, in order.
    pictures: Vec<(usize, Key)>,
}

impl Chain {
    pub fn new(scope: &str, pictures: Vec<(usize, Key)>) -> Self {
        Self { root: Sha256::digest(scope).into(), keys: Vec::new(), pictures }
    }

    /// The keys of all full blocks of `tokens`, which begin as they did before.
    pub fn keys(&mut self, tokens: &[u32]) -> &[Key] {
        for (index, block) in tokens.as_chunks::<BLOCK_TOKENS>().0.iter().enumerate().skip(self.keys.len()) {
            let mut hasher = Sha256::new();
            hasher.update(self.keys.last().unwrap_or(&self.root));
            block.iter().for_each(|token| hasher.update(token.to_le_bytes()));
            let start = index * BLOCK_TOKENS;
            for (first, hash) in &self.pictures {
                if (start..start + BLOCK_TOKENS).contains(first) {
                    hasher.update(hash);
                }
            }
            self.keys.push(hasher.finalize().into());
        }
        &self.keys
    }
}

struct Entry {
    block: Arc<Block>,
    used: u64,
    depth: u32,
}

pub struct PrefixCache {
    entries: HashMap<Key, Entry>,
    /// What was used longest ago first, of equals the end of a sequence first: a block never outlives its parent.
    order: BTreeSet<(u64, Reverse<u32>, Key)>,
    now: u64,
    block_bytes: u64,
    limit_bytes: u64,
}

impl PrefixCache {
    pub fn new(block_bytes: u64, limit_bytes: u64) -> Self {
        Self { entries: HashMap::new(), order: BTreeSet::new(), now: 0, block_bytes, limit_bytes }
    }

    /// How many blocks are kept of the beginning of a sequence.
    pub fn known(&self, keys: &[Key]) -> usize {
        keys.iter().take_while(|key| self.entries.contains_key(*key)).count()
    }

    /// The blocks that are kept of the beginning of a sequence; they are used now.
    pub fn find(&mut self, keys: &[Key]) -> Vec<Arc<Block>> {
        self.now += 1;
        let known = self.known(keys);
        keys[..known].iter().filter_map(|key| self.touch(key)).collect()
    }

    /// Keeps `blocks`, whose keys are `keys`: the beginning of a sequence.
    pub fn keep(&mut self, keys: &[Key], blocks: &[Arc<Block>]) {
        self.now += 1;
        for (depth, (key, block)) in keys.iter().zip(blocks).enumerate() {
            if self.touch(key).is_none() {
                let entry = Entry { block: block.clone(), used: self.now, depth: depth as u32 };
                self.order.insert((entry.used, Reverse(entry.depth), *key));
                self.entries.insert(*key, entry);
            }
        }
        while self.bytes() > self.limit_bytes {
            let Some((_, _, key)) = self.order.pop_first() else { return };
            self.entries.remove(&key);
        }
    }

    pub fn bytes(&self) -> u64 {
        self.entries.len() as u64 * self.block_bytes
    }

    fn touch(&mut self, key: &Key) -> Option<Arc<Block>> {
        let entry = self.entries.get_mut(key)?;
        self.order.remove(&(entry.used, Reverse(entry.depth), *key));
        entry.used = self.now;
        self.order.insert((entry.used, Reverse(entry.depth), *key));
        Some(entry.block.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::kv_cache::{CacheFormat, Dims, Sequence};

    fn blocks(count: usize) -> Vec<Arc<Block>> {
        let dims = Dims { layers: 1, kv_heads: 1, head_dim: 2, format: CacheFormat::F32 };
        let mut sequence = Sequence::new(dims);
        let positions = count * BLOCK_TOKENS;
        sequence.reserve(positions);
        sequence.write(0, &vec![1.0; positions * 2], &vec![1.0; positions * 2]);
        sequence.advance(positions);
        sequence.full_blocks().to_vec()
    }

    fn keys(scope: &str, tokens: &[u32], pictures: Vec<(usize, Key)>) -> Vec<Key> {
        Chain::new(scope, pictures).keys(tokens).to_vec()
    }

    #[test]
    fn keys_tell_everything_apart_that_was_read() {
        let tokens: Vec<u32> = (0..70).collect();
        let plain = keys("a", &tokens, vec![]);
        assert_eq!(plain.len(), 4, "the rest fills no block");
        assert_eq!(keys("a", &tokens[..40], vec![]), plain[..2]);
        assert_ne!(keys("b", &tokens, vec![])[0], plain[0], "scopes share nothing");
        let mut changed = tokens.clone();
        changed[20] = 999;
        let changed = keys("a", &changed, vec![]);
        assert_eq!(changed[0], plain[0]);
        assert!(changed[1..].iter().zip(&plain[1..]).all(|(a, b)| a != b), "all after a change differs");
        let [first, second] = [[1; 32], [2; 32]].map(|hash| keys("a", &tokens, vec![(17, hash)]));
        assert_eq!(first[0], plain[0]);
        assert!(first[1] != plain[1] && second[1] != first[1] && second[3] != first[3]);
        let mut growing = Chain::new("a", vec![]);
        assert_eq!(growing.keys(&tokens[..33]).len(), 2);
        assert_eq!(growing.keys(&tokens), plain);
    }

    #[test]
    fn what_was_used_longest_ago_goes_first_and_from_the_end() {
        let (long, other) = (keys("a", &[1; 64], vec![]), keys("b", &[1; 32], vec![]));
        let mut cache = PrefixCache::new(10, 60);
        cache.keep(&long, &blocks(4));
        cache.keep(&other, &blocks(2));
        assert_eq!(cache.bytes(), 60);
        assert_eq!(cache.find(&long).len(), 4);
        let third = keys("c", &[1; 16], vec![]);
        cache.keep(&third, &blocks(1));
        assert_eq!(cache.find(&other).len(), 1, "its second block went");
        assert_eq!((cache.find(&long).len(), cache.find(&third).len(), cache.bytes()), (4, 1, 60));
        cache.keep(&keys("d", &[1; 64], vec![]), &blocks(4));
        assert_eq!((cache.find(&other).len(), cache.find(&third).len()), (0, 1));
        assert_eq!(cache.find(&long).len(), 1, "the beginning stays longest");
    }
}
