//! SentencePiece's byte-pair encoding, as far as Mistral's models use it: no normalisation, a space before every text,
//! bytes for characters that have no piece.
//! Source: github.com/google/sentencepiece, `sentencepiece_model.proto`, `bpe_model.cc`, `normalizer.cc`.

use std::collections::HashMap;

use prost::Message;

use super::{
    Encoder, InstructVersion, MAX_TOKENS, Piece, TokenKind, Tokenizer,
    bpe::{Begin, Bpe, Token},
    piece::byte_of,
};

/// How spaces are written in pieces.
pub const SPACE: char = '\u{2581}';
/// Mistral's files have 0.6 MB, and what a file claims must not take more memory than that deserves.
const MAX_FILE_BYTES: usize = 8 << 20;
const BYTE_PAIR_ENCODING: i32 = 2;

#[derive(Message)]
struct ModelProto {
    #[prost(message, repeated, tag = "1")]
    pieces: Vec<PieceProto>,
    #[prost(message, optional, tag = "2")]
    trainer: Option<TrainerProto>,
    #[prost(message, optional, tag = "3")]
    normalizer: Option<NormalizerProto>,
}

#[derive(Message)]
struct PieceProto {
    #[prost(string, optional, tag = "1")]
    piece: Option<String>,
    #[prost(float, optional, tag = "2")]
    score: Option<f32>,
    #[prost(int32, optional, tag = "3", default = 1)]
    kind: Option<i32>,
}

#[derive(Message)]
struct TrainerProto {
    #[prost(int32, optional, tag = "3", default = 1)]
    model_type: Option<i32>,
}

#[derive(Message)]
struct NormalizerProto {
    #[prost(bytes = "vec", optional, tag = "2")]
    precompiled_charsmap: Option<Vec<u8>>,
    #[prost(bool, optional, tag = "3", default = true)]
    add_dummy_prefix: Option<bool>,
    #[prost(bool, optional, tag = "4", default = true)]
    remove_extra_whitespaces: Option<bool>,
}

pub fn parse(protobuf: &[u8]) -> Result<Tokenizer, String> {
    if protobuf.len() > MAX_FILE_BYTES {
        return Err(format!("it has {} bytes, more than any of the family", protobuf.len()));
    }
    let file = ModelProto::decode(protobuf).map_err(|error| format!("it is not a SentencePiece model ({error})"))?;
    if file.trainer.unwrap_or_default().model_type() != BYTE_PAIR_ENCODING {
        return Err("it is not a byte-pair encoding".into());
    }
    let normalizer = file.normalizer.unwrap_or_default();
    if !normalizer.precompiled_charsmap().is_empty()
        || normalizer.remove_extra_whitespaces()
        || !normalizer.add_dummy_prefix()
    {
        return Err("it changes texts before it reads them, which Mistral's do not".into());
    }
    let piece = |proto: PieceProto| {
        let kind = TokenKind::of_number(proto.kind().into()).ok_or("it has pieces of unknown types")?;
        Ok::<_, String>(Piece { score: proto.score(), kind, text: proto.piece.unwrap_or_default() })
    };
    tokenizer(file.pieces.into_iter().map(piece).collect::<Result<_, _>>()?)
}

/// `pieces` by id. The reason says what is wrong with them.
pub fn tokenizer(pieces: Vec<Piece>) -> Result<Tokenizer, String> {
    if pieces.len() > MAX_TOKENS as usize {
        return Err(format!("it has {} pieces", pieces.len()));
    }
    let mut control = HashMap::new();
    let mut tokens = Vec::new();
    for (id, piece) in (0..).zip(&pieces) {
        match piece.kind {
            TokenKind::Normal | TokenKind::UserDefined => {
                tokens.push((id, piece.text.replace(SPACE, " ").into_bytes()));
            }
            TokenKind::Byte => {
                let byte = byte_of(&piece.text).ok_or_else(|| format!("its piece {:?} is not a byte", piece.text))?;
                tokens.push((id, vec![byte]));
            }
            TokenKind::Control | TokenKind::Unknown => {
                control.insert(piece.text.clone(), id);
            }
            // Fills the vocabulary up to the matrix' size.
            TokenKind::Unused => {}
        }
    }
    let version = InstructVersion::of_control_tokens(|name| control.contains_key(name));
    let encoder = SentencePieceEncoder::new(pieces)?;
    Tokenizer::new(Encoder::SentencePiece(encoder), control, &tokens, version)
}

pub struct SentencePieceEncoder {
    bpe: Bpe,
    /// Texts that are always one token, the longest first.
    whole: Vec<(String, u32)>,
    pieces: Vec<Piece>,
}

impl SentencePieceEncoder {
    fn new(pieces: Vec<Piece>) -> Result<Self, String> {
        if pieces.iter().any(|piece| !piece.score.is_finite()) {
            return Err("its scores are not numbers".into());
        }
        let mut order: Vec<f32> = pieces.iter().map(|piece| piece.score).collect();
        order.sort_unstable_by(|a, b| b.total_cmp(a));
        order.dedup();
        let rank = |score: f32| order.partition_point(|&other| other > score) as u32;
        let mut tokens = HashMap::new();
        let mut bytes = [None; 256];
        let mut whole = Vec::new();
        for (id, piece) in (0..).zip(&pieces) {
            match piece.kind {
                TokenKind::Normal => {
                    tokens.insert(piece.text.clone().into_bytes(), Token { id, rank: rank(piece.score) });
                }
                TokenKind::UserDefined if !piece.text.is_empty() => whole.push((piece.text.clone(), id)),
                TokenKind::Byte => {
                    if let Some(byte) = byte_of(&piece.text) {
                        bytes[usize::from(byte)] = Some(id);
                    }
                }
                _ => {}
            }
        }
        whole.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        let bpe = Bpe::new(tokens, |_, byte| bytes[usize::from(byte)], Begin::Characters)?;
        Ok(Self { bpe, whole, pieces })
    }

    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Every text begins with a space of its own.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut ids = Vec::new();
        if text.is_empty() {
            return ids;
        }
        let mut rest = String::with_capacity(text.len() + 3);
        rest.push(SPACE);
        rest.extend(text.chars().map(|letter| if letter == ' ' { SPACE } else { letter }));
        let mut rest = rest.as_str();
        while let Some((at, text, id)) = self.next_whole(rest) {
            self.bpe.encode(&rest[..at], &mut ids);
            ids.push(id);
            rest = &rest[at + text.len()..];
        }
        self.bpe.encode(rest, &mut ids);
        ids
    }

    /// The first place where one of the texts that are one token begins; of several, the longest.
    fn next_whole(&self, text: &str) -> Option<(usize, &str, u32)> {
        text.char_indices().find_map(|(at, _)| {
            let (whole, id) = self.whole.iter().find(|(whole, _)| text[at..].starts_with(whole.as_str()))?;
            Some((at, whole.as_str(), *id))
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn pieces() -> Vec<Piece> {
        let piece = |text: &str, score: f32, kind| Piece { text: text.into(), score, kind };
        let mut pieces = vec![
            piece("<unk>", 0.0, TokenKind::Unknown),
            piece("<s>", 0.0, TokenKind::Control),
            piece("[REF]", 0.0, TokenKind::UserDefined),
            piece("[REF]s", 0.0, TokenKind::UserDefined),
        ];
        pieces.extend((0..256).map(|byte| piece(&format!("<0x{byte:02X}>"), 0.0, TokenKind::Byte)));
        for (index, text) in ["\u{2581}", "a", "b", "ab", "ba", "\u{2581}a"].iter().enumerate() {
            pieces.push(piece(text, -(index as f32), TokenKind::Normal));
        }
        pieces
    }

    #[test]
    fn higher_scores_are_made_first() {
        let tokenizer = tokenizer(pieces()).unwrap();
        let show = |text: &str| -> Vec<String> {
            let pieces = pieces();
            tokenizer.encode(text).iter().map(|&id| pieces[id as usize].text.clone()).collect()
        };
        assert_eq!(show("abab"), ["\u{2581}", "ab", "ab"]);
        assert_eq!(show("ba a"), ["\u{2581}", "ba", "\u{2581}a"]);
        assert_eq!(show("aé"), ["\u{2581}a", "<0xC3>", "<0xA9>"]);
        assert_eq!(show("[REF]sa[REF]"), ["\u{2581}", "[REF]s", "a", "[REF]"]);
        assert_eq!(show("<s>").len(), 4, "a control token's name is text");
        assert!(show("").is_empty());
        assert_eq!(tokenizer.version, InstructVersion::V1);
    }

    #[test]
    fn an_answer_does_not_begin_with_the_space() {
        let tokenizer = tokenizer(pieces()).unwrap();
        for text in ["ab", " ab", "  a", "é a", "", "\u{0}"] {
            let mut detokenizer = tokenizer.detokenizer();
            let mut shown = String::new();
            for id in tokenizer.encode(text) {
                shown.push_str(&detokenizer.push(tokenizer.token_bytes(id).unwrap()));
            }
            assert_eq!(shown + &detokenizer.finish(), text);
        }
    }

    #[test]
    fn what_is_wrong_is_told() {
        let mut damaged = pieces();
        damaged[4].kind = TokenKind::Normal;
        assert!(tokenizer(damaged).is_err_and(|reason| reason.contains("no token for the byte 0")));
        let mut damaged = pieces();
        damaged[7].text = "<0xZZ>".into();
        assert!(tokenizer(damaged).is_err_and(|reason| reason.contains("not a byte")));
        let mut damaged = pieces();
        damaged[261].score = f32::NAN;
        assert!(tokenizer(damaged).is_err_and(|reason| reason.contains("scores")));
        assert!(parse(b"{}").is_err());
        assert!(parse(&[]).is_err_and(|reason| reason.contains("byte-pair")));
        assert!(parse(&vec![0; MAX_FILE_BYTES + 1]).is_err_and(|reason| reason.contains("more than any")));
    }
}
