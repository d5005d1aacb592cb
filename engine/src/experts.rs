//! Which of many experts read a position.

/// The `used` experts with the highest scores, of equal ones the first, and the softmax of those scores alone.
pub fn choose(scores: &[f32], used: usize) -> Vec<(usize, f32)> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    order.truncate(used);
    let highest = scores[order[0]];
    let exponentials: Vec<f32> = order.iter().map(|&expert| (scores[expert] - highest).exp()).collect();
    let sum: f32 = exponentials.iter().sum();
    order.into_iter().zip(exponentials).map(|(expert, exponential)| (expert, exponential / sum)).collect()
}

/// For every one of `count` experts the positions that chose it, with their weights. `scores`: `[positions, count]`.
pub fn assign(scores: &[f32], count: usize, used: usize) -> Vec<Vec<(usize, f32)>> {
    let mut positions_of = vec![Vec::new(); count];
    for (position, scores) in scores.chunks_exact(count).enumerate() {
        for (expert, weight) in choose(scores, used) {
            positions_of[expert].push((position, weight));
        }
    }
    positions_of
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_experts_share_the_work() {
        let chosen = choose(&[0.5, 2.0, -1.0, 2.0], 2);
        assert_eq!(chosen, [(1, 0.5), (3, 0.5)]);
        let chosen = choose(&[1.0, 0.0, 3.0], 2);
        assert_eq!((chosen[0].0, chosen[1].0), (2, 0));
        assert!((chosen[0].1 - 1.0 / (1.0 + (-2.0_f32).exp())).abs() < 1e-7);
        assert!((chosen.iter().map(|(_, weight)| weight).sum::<f32>() - 1.0).abs() < 1e-6);
    }

    #[test]
    fn experts_know_their_positions() {
        let assigned = assign(&[1.0, 0.0, 0.0, 1.0, 2.0, 0.0], 2, 1);
        assert_eq!(assigned, [vec![(0, 1.0), (2, 1.0)], vec![(1, 1.0)]]);
    }
}
