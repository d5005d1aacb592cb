use serde::{Deserialize, Serialize};

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    pub id: String,
    /// "Firefox"; None where it did not say.
    pub browser: Option<String>,
    /// "Linux"
    pub system: Option<String>,
    /// Whole days since it was last used.
    pub used_days_ago: u32,
    /// The one that asks.
    pub is_this: bool,
}
