//! Which of many experts read a position.

use smallvec::SmallVec;

/// The `used` experts with the highest scores, of equal ones the first, and the softmax of those scores alone.
fn choose(scores: &[f32], used: usize) -> SmallVec<[(usize, f32); 8]> {
    let mut chosen = SmallVec::<[(usize, f32); 8]>::new();
    for (expert, &score) in scores.iter().enumerate() {
        let place = chosen.partition_point(|(_, better)| better.total_cmp(&score).is_ge());
        if place < used {
            chosen.truncate(used - 1);
            chosen.insert(place, (expert, score));
        }
    }
    let highest = chosen[0].1;
    chosen.iter_mut().for_each(|(_, score)| *score = (*score - highest).exp());
    let sum: f32 = chosen.iter().map(|(_, exponential)| exponential).sum();
    chosen.iter_mut().for_each(|(_, exponential)| *exponential /= sum);
    chosen
}

/// For every one of `count` experts the positions that chose it, with their weights. `scores`: `[positions, count]`.
/// They take the place of what `positions_of` held.
pub fn assign(scores: &[f32], count: usize, used: usize, positions_of: &mut Vec<Vec<(usize, f32)>>) {
    positions_of.resize_with(count, Vec::new);
    positions_of.iter_mut().for_each(Vec::clear);
    for (position, scores) in scores.chunks_exact(count).enumerate() {
        for (expert, weight) in choose(scores, used) {
            positions_of[expert].push((position, weight));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_experts_share_the_work() {
        let chosen = choose(&[0.5, 2.0, -1.0, 2.0], 2);
        assert_eq!(chosen.as_slice(), [(1, 0.5), (3, 0.5)]);
        let chosen = choose(&[1.0, 0.0, 3.0], 2);
        assert_eq!((chosen[0].0, chosen[1].0), (2, 0));
        assert!((chosen[0].1 - 1.0 / (1.0 + (-2.0_f32).exp())).abs() < 1e-7);
        assert!((chosen.iter().map(|(_, weight)| weight).sum::<f32>() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn experts_know_their_positions() {
        let mut assigned = vec![vec![(7, 7.0)]];
        assign(&[1.0, 0.0, 0.0, 1.0, 2.0, 0.0], 2, 1, &mut assigned);
        assert_eq!(assigned, [vec![(0, 1.0), (2, 1.0)], vec![(1, 1.0)]]);
    }
}
