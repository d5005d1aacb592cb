//! What is asked of a model: messages, pictures, parameters and a fairness key. An upstream engine must be able to
//! serve the same request, so nothing here is about how the model here works.

use std::sync::Arc;

use crate::picture::Picture;

/// One piece of a message, in the order it was written.
#[derive(Clone, Debug)]
pub enum Part {
    Text(String),
    Picture(Arc<Picture>, Detail),
}

/// How large a picture is shown to the model: its tokens, and so its time, grow with its area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Detail {
    /// 256 pixels on the longest edge at most.
    Low,
    /// 512 where the processor computes, all of it on a GPU.
    #[default]
    Auto,
    /// As large as the model sees, 1024 for Pixtral.
    High,
}

impl Detail {
    /// In pixels; `model_edge`: what the model sees at most.
    pub fn longest_edge(self, model_edge: u32, on_gpu: bool) -> u32 {
        match self {
            Self::Low => model_edge.min(256),
            Self::Auto if !on_gpu => model_edge.min(512),
            Self::Auto | Self::High => model_edge,
        }
    }
}

#[derive(Clone, Debug)]
pub enum Message {
    System(String),
    User(Vec<Part>),
    /// `tokens`: the ids that the same model sampled when it wrote this answer, control tokens left out; a follow-up
    /// then never tokenises the text again. `None` for text from elsewhere.
    Assistant {
        text: String,
        tokens: Option<Vec<u32>>,
    },
}

/// How tokens are chosen. The draw of token `i` is a function of (`seed`, `i`) alone.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Sampling {
    /// 0 takes the likeliest token (greedy); 0 to 2.
    pub temperature: f64,
    /// Nucleus: keep the likeliest tokens whose probabilities sum to this; 1 keeps all.
    pub top_p: f64,
    /// Keep this many of the likeliest tokens; 0 keeps all.
    pub top_k: u32,
    pub seed: u64,
}

#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Parameters {
    pub sampling: Sampling,
    /// The answer's length limit; `None`: what the context leaves.
    pub max_tokens: Option<u32>,
    /// The answer ends before the first of these; they are never shown.
    pub stop: Vec<String>,
}

/// An answer that was begun before a restart: the journalled prompt and every id sampled so far. Its tokens are
/// replayed as events, then fed through the same prefill chunks and the same decode path, so that it goes on
/// as it would have.
#[derive(Clone, Debug)]
pub struct Resume {
    pub prompt_tokens: Vec<u32>,
    pub sampled: Vec<u32>,
}

#[derive(Clone, Debug)]
pub struct Request {
    pub messages: Vec<Message>,
    pub parameters: Parameters,
    /// Requests with different keys take turns (a user's id, say).
    pub fairness_key: String,
    /// What was read for one scope is used again for it alone (a user's or a group's id, say): nobody learns by waiting
    /// less what another one asked.
    pub cache_scope: String,
    pub resume: Option<Resume>,
}
