//! A model that says the same again and again will not stop by itself.

/// Longest cycle looked for, in tokens.
const MAX_CYCLE_TOKENS: usize = 32;
/// A cycle must cover so many tokens, and come so many times: a long list, a table or a drawing in letters is no
/// endless repetition.
const MIN_COVERED_TOKENS: usize = 256;
const MIN_TIMES: usize = 8;

/// Counts, for every cycle length, for how many tokens each equalled the one a cycle before.
pub struct RepetitionDetector {
    tokens: Vec<u32>,
    /// Index is the cycle's length less one.
    equal: [usize; MAX_CYCLE_TOKENS],
}

impl RepetitionDetector {
    pub fn new() -> Self {
        Self { tokens: Vec::new(), equal: [0; MAX_CYCLE_TOKENS] }
    }

    /// Takes the next token; true once the answer repeats itself without end.
    pub fn push(&mut self, token: u32) -> bool {
        let mut endless = false;
        for (index, equal) in self.equal.iter_mut().enumerate() {
            let cycle = index + 1;
            let before = self.tokens.len().checked_sub(cycle).map(|at| self.tokens[at]);
            *equal = if before == Some(token) { *equal + 1 } else { 0 };
            endless |= *equal + cycle >= MIN_COVERED_TOKENS.max(MIN_TIMES * cycle);
        }
        self.tokens.push(token);
        endless
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends_at(tokens: impl Iterator<Item = u32>) -> Option<usize> {
        let mut detector = RepetitionDetector::new();
        tokens.enumerate().find_map(|(index, token)| detector.push(token).then_some(index + 1))
    }

    #[test]
    fn ends_a_cycle_after_256_tokens() {
        assert_eq!(ends_at(std::iter::repeat_n(5, 1000)), Some(256));
        assert_eq!(ends_at((0..1000).map(|i| i % 7)), Some(256));
        assert_eq!(ends_at((0..10).map(|i| 100 + i).chain((0..1000).map(|i| i % 32))), Some(266));
    }

    #[test]
    fn leaves_long_lists_alone() {
        assert_eq!(ends_at((0..1000).map(|i| if i % 5 == 0 { i } else { i % 5 })), None, "rows with a number each");
        assert_eq!(ends_at((0..1000).map(|i| i % 33)), None);
        assert_eq!(ends_at(std::iter::repeat_n(5, 255)), None);
    }
}
