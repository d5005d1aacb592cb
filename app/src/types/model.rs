use serde::{Deserialize, Serialize};

/// The model that answers, as far as the page must know it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelCard {
    pub name: String,
    /// The built-in demo model: the page then says what it knows and how to get Pixtral 12B.
    pub is_demo: bool,
    /// Or reads text only: the page then shows no examples.
    pub sees_pictures: bool,
    pub context_tokens: u32,
}
