//! Whether a model fits, before it is loaded: how long its context may be and how many requests may be served at once.

use super::Machine;
use crate::{
    config::{Config, TextConfig, VisionConfig},
    cpu::kv_cache::CacheFormat,
    error::LoadError,
    speed::LARGEST_CHUNK,
};

const F32_BYTES: u64 = 4;
/// Program, tokenizer, allocator, pictures that are decoded.
const PROGRAM_BYTES: u64 = 256 << 20;
/// This part of the memory that is free beside the model is for what was read before.
const KEPT_PART: u64 = 4;
/// Left to everything else on the machine: this part of it.
const SPARE_PART: u64 = 16;
/// A context that is worth talking in; also what a default one must have free at the start.
const SMALL_CONTEXT_TOKENS: u32 = 2048;
/// Contexts that are chosen by what fits are multiples of this.
const CONTEXT_STEP_TOKENS: u32 = 1024;

/// What a model takes.
#[derive(Clone, Copy, Debug)]
pub struct Needs {
    /// Files that are read where they lie, again for every token.
    pub mapped_bytes: u64,
    /// Weights in memory of their own.
    pub unpacked_bytes: u64,
    /// Working space, whatever the length.
    fixed_bytes: u64,
    /// Keys and values of one token in a conversation.
    cache_bytes_per_token: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    pub context_tokens: u32,
    /// Tokens whose keys and values fit beside each other, of all who are served at once.
    pub active_tokens: u64,
    /// Memory for what was read before, to be used again.
    pub kept_bytes: u64,
}

impl Needs {
    /// `picture_cache_bytes`: for features of pictures, where the model sees any.
    pub fn new(
        config: &Config,
        cache_format: CacheFormat,
        mapped_bytes: u64,
        unpacked_bytes: u64,
        picture_cache_bytes: u64,
    ) -> Self {
        let text = &config.text;
        let numbers = (text.layers * 2 * text.kv_heads * text.head_dim) as u64;
        Self {
            mapped_bytes,
            unpacked_bytes,
            fixed_bytes: PROGRAM_BYTES
                + text_work(text)
                + config.vision.as_ref().map_or(0, |vision| vision_work(vision) + picture_cache_bytes),
            cache_bytes_per_token: numbers * cache_format.bytes() as u64,
        }
    }

    /// Memory of its own, all but the files.
    fn own_bytes(&self, context_tokens: u32) -> u64 {
        self.unpacked_bytes + self.fixed_bytes + self.cache_bytes_per_token * u64::from(context_tokens)
    }

    /// `wanted`: the context that was asked for; `default`: the longest that is chosen without a word. `model`: how
    /// errors call it.
    ///
    /// # Errors
    /// [`LoadError::NotEnoughMemory`]
    pub fn fit(&self, wanted: Option<u32>, default: u32, machine: Machine, model: &str) -> Result<Plan, LoadError> {
        let refusal = |context_tokens: u32, has_bytes: u64, has: &str, beside_files: bool| {
            let longest = self.longest(has_bytes, beside_files);
            let advice = if wanted.is_some() && longest >= SMALL_CONTEXT_TOKENS {
                format!("give a context of at most {longest} tokens (--context) or choose a smaller model")
            } else {
                "choose a smaller model or one that is quantised more".to_owned()
            };
            let files = if beside_files { self.mapped_bytes } else { 0 };
            let needed_bytes = self.own_bytes(context_tokens) + files;
            LoadError::NotEnoughMemory {
                model: model.to_owned(),
                needed: format!("{} for a context of {context_tokens} tokens", gigabytes(needed_bytes)),
                there: has.replace('#', &gigabytes(has_bytes)),
                advice,
            }
        };
        // Who names a limit has left something to others already.
        let (spare_part, there) =
            if machine.is_limited { (u64::MAX, "--memory allows #") } else { (SPARE_PART, "this machine can give #") };
        let total = machine.total_bytes.map(|total| total - total / spare_part);
        let longest = total.map_or(u32::MAX, |total| self.longest(total, true));
        let small = SMALL_CONTEXT_TOKENS.min(default);
        let context_tokens = wanted.unwrap_or(if longest >= default { default } else { longest.max(small) });
        if let Some(total) = total.filter(|_| context_tokens > longest) {
            return Err(refusal(context_tokens, total, there, true));
        }
        // A context that nobody asked for need not be free yet: the cache grows with the conversation.
        let at_once = wanted.unwrap_or(context_tokens.min(SMALL_CONTEXT_TOKENS));
        if let Some(available) = machine.available_bytes.filter(|&available| self.own_bytes(at_once) > available) {
            return Err(refusal(at_once, available, "# of memory are free", false));
        }
        let cache = (self.cache_bytes_per_token * u64::from(context_tokens)).max(1);
        let free = total.map(|total| total.saturating_sub(self.own_bytes(0) + self.mapped_bytes));
        let active_tokens = free.map_or(u64::MAX, |free| free / self.cache_bytes_per_token.max(1));
        // The blocks of those who are served count among the kept ones; one conversation always fits.
        let kept_bytes = free.map_or(cache, |free| cache.max(free / KEPT_PART));
        Ok(Plan { context_tokens, active_tokens: active_tokens.max(context_tokens.into()), kept_bytes })
    }

    /// The longest context that fits into `bytes`, 0 if none does.
    fn longest(&self, bytes: u64, beside_files: bool) -> u32 {
        let taken = self.own_bytes(0) + if beside_files { self.mapped_bytes } else { 0 };
        let per_token = self.cache_bytes_per_token.max(1);
        let tokens = u32::try_from(bytes.saturating_sub(taken) / per_token).unwrap_or(u32::MAX);
        tokens / CONTEXT_STEP_TOKENS * CONTEXT_STEP_TOKENS
    }
}

/// One chunk of a prompt on its way through a layer, and the logits.
fn text_work(text: &TextConfig) -> u64 {
    let a_token = 8 * text.width + 3 * text.feed_forward + 4 * text.heads * text.head_dim;
    (LARGEST_CHUNK * a_token + 4 * text.vocabulary) as u64 * F32_BYTES
}

/// The largest picture on its way through a layer.
fn vision_work(vision: &VisionConfig) -> u64 {
    let side = (vision.longest_edge as usize).div_ceil(vision.patch);
    let patches = side * side;
    let a_patch = 8 * vision.width + 3 * vision.feed_forward + 6 * vision.patch * vision.patch;
    (patches * a_patch) as u64 * F32_BYTES
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const GB: u64 = 1_000_000_000;

    /// Pixtral 12B in Q4_K_M.
    fn pixtral() -> Needs {
        let text = TextConfig {
            width: 5120,
            layers: 40,
            heads: 32,
            kv_heads: 8,
            head_dim: 128,
            feed_forward: 14336,
            vocabulary: 131_072,
            norm_eps: 1e-5,
            experts: None,
            rope_theta: 1e9,
            yarn: None,
            query_scaling: None,
            sliding_window: None,
            max_positions: None,
            tied_embeddings: false,
        };
        let vision = VisionConfig {
            width: 1024,
            layers: 24,
            heads: 16,
            head_dim: 64,
            feed_forward: 4096,
            patch: 16,
            merge: 1,
            longest_edge: 1024,
            rope_theta: 1e4,
            image_token: None,
            break_token: None,
            end_token: None,
        };
        Needs::new(&Config { text, vision: Some(vision) }, CacheFormat::F16, 8_350_000_000, 1_000_000, 256 << 20)
    }

    fn machine(total_gb: u64, available_gb: u64) -> Machine {
        Machine { total_bytes: Some(total_gb * GB), available_bytes: Some(available_gb * GB), is_limited: false }
    }

    fn refused(wanted: Option<u32>, machine: Machine) -> String {
        pixtral().fit(wanted, 32_768, machine, "pixtral.gguf").unwrap_err().to_string()
    }

    #[test]
    fn a_large_machine_takes_everything() {
        let plan = pixtral().fit(None, 32_768, machine(128, 100), "").unwrap();
        assert_eq!(plan.context_tokens, 32_768);
        assert!((4..=20).contains(&(plan.active_tokens / 32_768)), "{plan:?}");
        let unknown = pixtral().fit(None, 32_768, Machine::default(), "").unwrap();
        assert_eq!((unknown.context_tokens, unknown.active_tokens), (32_768, u64::MAX));
    }

    #[test]
    fn an_ordinary_machine_gets_a_shorter_context() {
        let plan = pixtral().fit(None, 32_768, machine(14, 6), "").unwrap();
        assert!(
            (16_384..32_768).contains(&plan.context_tokens) && plan.context_tokens.is_multiple_of(1024),
            "{plan:?}"
        );
        assert!(plan.active_tokens < 2 * u64::from(plan.context_tokens), "{plan:?}");
        // The same on every start, whatever else runs.
        assert_eq!(pixtral().fit(None, 32_768, machine(14, 13), "").unwrap(), plan);
        let several = pixtral().fit(Some(4096), 32_768, machine(14, 13), "").unwrap();
        assert!(several.context_tokens == 4096 && several.active_tokens >= 4 * 4096, "{several:?}");
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let files = refused(None, machine(8, 7));
        assert_eq!(
            files,
            "pixtral.gguf needs 9.8 GB for a context of 2048 tokens and this machine can give 7.5 GB; choose a smaller \
             model or one that is quantised more"
        );
        let context = refused(Some(100_000), machine(24, 20));
        assert!(
            context.contains("a context of at most 7") && context.contains("this machine can give 22.5 GB"),
            "{context}"
        );
        let busy = refused(Some(32_768), machine(24, 4));
        assert!(busy.contains("free") && busy.contains("a context of at most 17408 tokens (--context)"), "{busy}");
        assert!(refused(None, machine(24, 1)).contains("choose a smaller model"));
        let limited = refused(None, machine(24, 20).within(Some(2 * GB)));
        assert!(limited.contains("and --memory allows 2.0 GB;"), "{limited}");
    }

    #[test]
    fn a_context_that_is_advised_fits() {
        let plan = pixtral().fit(Some(5120), 32_768, machine(24, 4), "");
        assert_eq!(plan.unwrap().context_tokens, 5120);
    }
}
