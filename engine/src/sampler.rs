//! Choosing the next token. The random number of token `i` is a function of (seed, i) alone, so an answer that is
//! taken up again draws what it would have drawn.

use candle_core::{Device, Tensor};
use candle_transformers::generation::{LogitsProcessor, Sampling as Method};

use crate::{
    error::{GenerationError, RequestError},
    request::Sampling,
};

/// Below, the division by it would leave the range of f32; the likeliest token is then as good as certain.
const GREEDY_TEMPERATURE: f64 = 1e-3;

/// Refuses values that mean nothing.
pub fn check(sampling: &Sampling) -> Result<(), RequestError> {
    let wrong = |sentence: &str| Err(RequestError::Parameter(sentence.to_owned()));
    if !(0.0..=2.0).contains(&sampling.temperature) {
        return wrong("temperature must lie between 0 and 2");
    }
    if !(sampling.top_p > 0.0 && sampling.top_p <= 1.0) {
        return wrong("top_p must be above 0 and at most 1");
    }
    Ok(())
}

/// Draws token `index` from `logits` `[vocabulary]` f32.
pub fn sample(logits: &[f32], sampling: &Sampling, index: u32) -> Result<u32, GenerationError> {
    // The sum is NaN or infinite if and only if one of the values is, within the range that logits have.
    if !logits.iter().sum::<f32>().is_finite() {
        return Err(GenerationError::InvalidLogits { index });
    }
    let temperature = sampling.temperature;
    let (k, p) = (sampling.top_k as usize, sampling.top_p);
    if temperature < GREEDY_TEMPERATURE || k == 1 {
        return Ok(likeliest(logits));
    }
    let method = match (k, p < 1.0) {
        (0, false) => Method::All { temperature },
        (0, true) => Method::TopP { p, temperature },
        (k, false) => Method::TopK { k, temperature },
        (k, true) => Method::TopKThenTopP { k, p, temperature },
    };
    let mut processor = LogitsProcessor::from_sampling(seed_of_draw(sampling.seed, index), method);
    Ok(processor.sample(&Tensor::from_slice(logits, logits.len(), &Device::Cpu)?)?)
}

/// The likeliest token, of equals the first.
pub fn likeliest(logits: &[f32]) -> u32 {
    let mut best = 0;
    for (token, logit) in logits.iter().enumerate() {
        if *logit > logits[best] {
            best = token;
        }
    }
    best as u32
}

/// SplitMix64 over both: neighbouring seeds and neighbouring tokens draw independently.
fn seed_of_draw(seed: u64, index: u32) -> u64 {
    mix(mix(seed) ^ u64::from(index).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn sampling(temperature: f64, top_p: f64, top_k: u32, seed: u64) -> Sampling {
        Sampling { temperature, top_p, top_k, seed }
    }

    fn draws(sampling: &Sampling, logits: &[f32]) -> Vec<u32> {
        (0..200).map(|index| sample(logits, sampling, index).unwrap()).collect()
    }

    #[test]
    fn refuses_values_that_mean_nothing() {
        for wrong in [f64::NAN, -0.1, 2.1, f64::INFINITY] {
            assert!(check(&sampling(wrong, 1.0, 0, 0)).is_err(), "temperature {wrong}");
        }
        for wrong in [f64::NAN, 0.0, -1.0, 1.1] {
            assert!(check(&sampling(1.0, wrong, 0, 0)).is_err(), "top_p {wrong}");
        }
        for (temperature, top_p, top_k) in [(0.0, 1.0, 0), (2.0, 1e-9, 1), (1e-300, 1.0, u32::MAX)] {
            let edge = sampling(temperature, top_p, top_k, u64::MAX);
            assert!(check(&edge).is_ok());
            assert_eq!(draws(&edge, &[0.0, 3.0, 1.0]).len(), 200);
        }
    }

    #[test]
    fn a_draw_depends_on_seed_and_index_alone() {
        let logits = [0.1, 0.5, 0.3, 0.2, 0.0];
        let warm = sampling(1.0, 1.0, 0, 7);
        let all = draws(&warm, &logits);
        assert_eq!(all, draws(&warm, &logits));
        assert_eq!(sample(&logits, &warm, 123).unwrap(), all[123]);
        assert_ne!(all, draws(&sampling(1.0, 1.0, 0, 8), &logits));
        assert!((0..5).all(|token| all.contains(&token)), "every token has its chance");
    }

    #[test]
    fn keeps_to_the_likeliest() {
        let logits = [0.0, 2.0, 1.9, -1.0];
        assert!(draws(&sampling(0.0, 1.0, 0, 1), &logits).iter().all(|&token| token == 1));
        assert!(draws(&sampling(2.0, 1.0, 2, 1), &logits).iter().all(|&token| token == 1 || token == 2));
        assert!(draws(&sampling(1.0, 0.3, 0, 1), &logits).iter().all(|&token| token == 1));
    }

    #[test]
    fn numbers_that_are_none_are_an_error() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let logits = [0.0, bad, 1.0];
            let error = sample(&logits, &sampling(0.0, 1.0, 0, 0), 4).unwrap_err();
            assert_eq!(error, GenerationError::InvalidLogits { index: 4 });
        }
    }
}
