//! One entry of a vocabulary as SentencePiece and llama.cpp know them.

#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// Spaces are written as U+2581.
    pub text: String,
    /// Pieces with higher scores are made first.
    pub score: f32,
    pub kind: TokenKind,
}

/// As SentencePiece (`sentencepiece_model.proto`) and llama.cpp (`llama_token_type`) count them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    Normal = 1,
    Unknown = 2,
    Control = 3,
    /// Text that is always one token.
    UserDefined = 4,
    Unused = 5,
    /// `<0x41>`: a byte that no other token has.
    Byte = 6,
}

impl TokenKind {
    pub fn of_number(number: i64) -> Option<Self> {
        Some(match number {
            1 => Self::Normal,
            2 => Self::Unknown,
            3 => Self::Control,
            4 => Self::UserDefined,
            5 => Self::Unused,
            6 => Self::Byte,
            _ => return None,
        })
    }
}

/// `<0x41>` -> 0x41.
pub fn byte_of(text: &str) -> Option<u8> {
    let hex = text.strip_prefix("<0x")?.strip_suffix('>')?;
    if hex.len() == 2 { u8::from_str_radix(hex, 16).ok() } else { None }
}
