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

impl PictureView {
    pub fn url(&self) -> String {
        format!("/api/pictures/{}", self.id)
    }

    pub fn thumbnail_url(&self) -> String {
        format!("/api/pictures/{}/thumbnail", self.id)
    }
}
