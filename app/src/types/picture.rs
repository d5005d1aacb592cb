use serde::{Deserialize, Serialize};

/// A picture that its owner may see, at `/api/pictures/{id}` (upright, re-encoded) and `/api/pictures/{id}/thumbnail`
/// (at most 512 pixels on its longest edge).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureView {
    pub id: String,
    /// The file's name, as the person knows it.
    pub name: String,
    pub width: u32,
    pub height: u32,
}

/// How large pictures are shown to the model: what it sees, and how long that takes, grow with their area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PictureDetail {
    Low,
    #[default]
    Auto,
    High,
}

impl PictureDetail {
    pub const ALL: [Self; 3] = [Self::Low, Self::Auto, Self::High];

    /// As forms and drafts write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Auto => "auto",
            Self::High => "high",
        }
    }

    /// Anything unknown is `Auto`.
    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|detail| detail.name() == name).unwrap_or_default()
    }
}

/// What reading pictures takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingCost {
    pub tokens: u32,
    /// About so many, if nobody else asks; None while the server does not know its speed.
    pub seconds: Option<u32>,
}

impl PictureView {
    pub fn url(&self) -> String {
        format!("/api/pictures/{}", self.id)
    }

    pub fn thumbnail_url(&self) -> String {
        format!("/api/pictures/{}/thumbnail", self.id)
    }
}
