//! Messages to prompt tokens, by the template of the tokenizer's version. Control tokens are put in by id, part by part:
//! nothing that a person writes can spell one.
//! Source: mistral-common 1.13, `instruct.py` (`InstructTokenizerV1` to `V13`) and `normalize.py`.

mod turns;

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::{
    config::VisionConfig,
    error::RequestError,
    picture::{Picture, target_size},
    request::{Detail, Message},
    tokenizer::{InstructVersion, Tokenizer},
};
use turns::{Chunk, Turn};

/// Where the system prompt goes, if it has no tokens of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// Where the reference puts it: in the second and third version the last user turn.
    Reference,
    /// Into the first user turn: what was read then stays the beginning of every later prompt.
    Chat,
}

impl Template {
    pub fn name(self, version: InstructVersion) -> &'static str {
        match (version, self) {
            (InstructVersion::V1, _) => "mistral-v1",
            (InstructVersion::V3, Self::Reference) => "mistral-v3",
            (InstructVersion::V3, Self::Chat) => "mistral-v3-system-first",
            (InstructVersion::V7, _) => "mistral-v7",
        }
    }
}

/// Ids of the control tokens that a prompt needs.
#[derive(Clone, Debug)]
pub struct ControlTokens {
    pub begin: u32,
    pub end: u32,
    /// Before and after a user's turn; `None` where they are text.
    pub instruction: Option<(u32, u32)>,
    /// Before and after a system prompt, where it has tokens of its own.
    pub system: Option<(u32, u32)>,
    pub image: Option<ImageTokens>,
}

#[derive(Clone, Debug)]
pub struct ImageTokens {
    pub image: u32,
    pub row_break: u32,
    pub end: u32,
    /// Side of what becomes one token, in pixels.
    pub token_side: u32,
    pub longest_edge: u32,
}

impl ControlTokens {
    /// Picture tokens come from the configuration where it names them, all others from the tokenizer.
    pub fn find(tokenizer: &Tokenizer, vision: Option<&VisionConfig>) -> Result<Self, String> {
        let pair = |begin: &str, end: &str| Ok::<_, String>((tokenizer.control(begin)?, tokenizer.control(end)?));
        let named = |id: Option<u32>, name: &str| id.map_or_else(|| tokenizer.control(name), Ok);
        let image = match vision {
            Some(vision) => Some(ImageTokens {
                image: named(vision.image_token, "[IMG]")?,
                row_break: named(vision.break_token, "[IMG_BREAK]")?,
                end: named(vision.end_token, "[IMG_END]")?,
                token_side: vision.token_side() as u32,
                longest_edge: vision.longest_edge,
            }),
            None => None,
        };
        Ok(Self {
            begin: tokenizer.control("<s>")?,
            end: tokenizer.control("</s>")?,
            instruction: match tokenizer.version {
                InstructVersion::V1 => None,
                InstructVersion::V3 | InstructVersion::V7 => Some(pair("[INST]", "[/INST]")?),
            },
            system: match tokenizer.version {
                InstructVersion::V1 | InstructVersion::V3 => None,
                InstructVersion::V7 => Some(pair("[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]")?),
            },
            image,
        })
    }
}

/// A picture in a prompt.
#[derive(Clone, Debug)]
pub struct PromptPicture {
    pub picture: Arc<Picture>,
    /// What the model sees, in pixels.
    pub width: u32,
    pub height: u32,
    /// `[IMG]` tokens.
    pub image_tokens: usize,
    /// All its tokens, breaks and end too.
    pub tokens: usize,
    /// Where they begin in the prompt.
    pub first_token: usize,
    /// Of its pixels and what the model sees of them.
    pub hash: [u8; 32],
}

#[derive(Clone, Debug, Default)]
pub struct Prompt {
    pub tokens: Vec<u32>,
    /// In the order of their tokens.
    pub pictures: Vec<PromptPicture>,
}

/// How large pictures are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureSize {
    /// As their detail says.
    Detail { on_gpu: bool },
    /// As large as the model sees, always.
    Full,
}

impl PictureSize {
    fn longest_edge(self, detail: Detail, model_edge: u32) -> u32 {
        match self {
            Self::Detail { on_gpu } => detail.longest_edge(model_edge, on_gpu),
            Self::Full => model_edge,
        }
    }
}

impl Prompt {
    /// Takes `tokens` instead: those of the same pictures, whose picture tokens are `image`.
    pub fn replace_tokens(&mut self, tokens: Vec<u32>, image: Option<u32>) {
        let mut at = 0;
        for picture in &mut self.pictures {
            at += tokens[at..].iter().position(|&token| Some(token) == image).unwrap_or(0);
            picture.first_token = at;
            at = (at + picture.tokens).min(tokens.len());
        }
        self.tokens = tokens;
    }
}

/// Builds the prompt of a conversation that ends with a user's message.
pub fn build(
    messages: &[Message],
    template: Template,
    size: PictureSize,
    tokenizer: &Tokenizer,
    control: &ControlTokens,
) -> Result<Prompt, RequestError> {
    let mut turns = turns::of(messages);
    let is_user = |turn: &Turn| matches!(turn, Turn::User(_));
    if !matches!(turns.last(), Some(Turn::User(chunks)) if !chunks.is_empty()) {
        return Err(RequestError::Empty);
    }
    let mut system = None;
    if control.system.is_none() {
        let texts: Vec<&str> = turns.iter().filter_map(Turn::system).filter(|text| !text.is_empty()).collect();
        system = (!texts.is_empty()).then(|| texts.join("\n\n"));
        turns.retain(|turn| turn.system().is_none());
        if turns.first().is_some_and(|turn| !is_user(turn)) {
            turns.insert(0, Turn::User(Vec::new()));
        }
    }
    let system_turn = match (tokenizer.version, template) {
        (InstructVersion::V3, Template::Reference) => turns.iter().rposition(is_user),
        _ => turns.iter().position(is_user),
    };
    let mut writer =
        Writer { prompt: Prompt { tokens: vec![control.begin], pictures: Vec::new() }, size, tokenizer, control };
    for (index, turn) in turns.into_iter().enumerate() {
        match turn {
            Turn::System(text) => writer.system(text),
            Turn::User(chunks) => {
                let system = system.as_deref().filter(|_| system_turn == Some(index));
                writer.user(chunks, system)?;
            }
            Turn::Assistant(answers) => writer.assistant(&answers),
        }
    }
    Ok(writer.prompt)
}

struct Writer<'a> {
    prompt: Prompt,
    size: PictureSize,
    tokenizer: &'a Tokenizer,
    control: &'a ControlTokens,
}

impl Writer<'_> {
    fn text(&mut self, text: &str) {
        self.prompt.tokens.extend(self.tokenizer.encode(text));
    }

    fn system(&mut self, text: &str) {
        if let Some((begin, end)) = self.control.system {
            self.prompt.tokens.push(begin);
            self.text(text);
            self.prompt.tokens.push(end);
        }
    }

    /// `system`: what the turn begins with where it has no tokens of its own.
    fn user(&mut self, mut chunks: Vec<Chunk>, system: Option<&str>) -> Result<(), RequestError> {
        if chunks.is_empty() {
            chunks.push(Chunk::Text(String::new()));
        }
        if let [Chunk::Text(_), Chunk::Picture(..)] = chunks.as_slice() {
            chunks.swap(0, 1);
        }
        if let (Some(system), [Chunk::Text(text)]) = (system, chunks.as_mut_slice()) {
            text.insert_str(0, &format!("{system}\n\n"));
        }
        let Some((begin, end)) = self.control.instruction else {
            // The first version: everything is one text, and there are no pictures.
            let [Chunk::Text(text)] = chunks.as_slice() else { return Err(RequestError::NoVision) };
            self.text(&format!("[INST] {text} [/INST]"));
            return Ok(());
        };
        self.prompt.tokens.push(begin);
        // A message of text alone is tokenised together with the system prompt, any other apart from it.
        if let Some(system) = system.filter(|_| !matches!(chunks.as_slice(), [Chunk::Text(_)])) {
            self.text(&format!("{system}\n\n"));
        }
        for chunk in chunks {
            match chunk {
                Chunk::Text(text) => self.text(&text),
                Chunk::Picture(picture, detail) => {
                    let tokens = self.control.image.as_ref().ok_or(RequestError::NoVision)?;
                    let longest_edge = self.size.longest_edge(detail, tokens.longest_edge);
                    push_picture(&mut self.prompt, picture, tokens, longest_edge);
                }
            }
        }
        self.prompt.tokens.push(end);
        Ok(())
    }

    /// Sampled tokens are taken as they are, so that a follow-up's prompt begins with what was computed before; texts
    /// are tokenised, from the third version on without their trailing spaces.
    fn assistant(&mut self, answers: &[turns::Answer]) {
        if let [(_, Some(sampled))] = answers {
            let shown = sampled.iter().copied().filter(|&id| self.tokenizer.token_bytes(id).is_some());
            self.prompt.tokens.extend(shown);
        } else {
            let texts: Vec<&str> = answers.iter().map(|(text, _)| *text).filter(|text| !text.is_empty()).collect();
            let whole = texts.join("\n\n");
            match self.tokenizer.version {
                InstructVersion::V1 => self.text(&whole),
                InstructVersion::V3 | InstructVersion::V7 => self.text(whole.trim_end_matches(' ')),
            }
        }
        self.prompt.tokens.push(self.control.end);
    }
}

/// Each row of the grid ends with a break, the last one with the end.
fn push_picture(prompt: &mut Prompt, picture: &Arc<Picture>, tokens: &ImageTokens, longest_edge: u32) {
    let (width, height) = target_size(picture.width, picture.height, tokens.token_side, longest_edge);
    let (columns, rows) = ((width / tokens.token_side) as usize, (height / tokens.token_side) as usize);
    let first_token = prompt.tokens.len();
    for row in 0..rows {
        prompt.tokens.extend(std::iter::repeat_n(tokens.image, columns));
        prompt.tokens.push(if row + 1 == rows { tokens.end } else { tokens.row_break });
    }
    let (image_tokens, tokens) = (columns * rows, (columns + 1) * rows);
    let hash = hash(picture, (width, height));
    let picture = picture.clone();
    prompt.pictures.push(PromptPicture { picture, width, height, image_tokens, tokens, first_token, hash });
}

/// Of the pixels, and what becomes of them.
fn hash(picture: &Picture, target: (u32, u32)) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for side in [picture.width, picture.height, target.0, target.1] {
        hasher.update(side.to_le_bytes());
    }
    hasher.update(&picture.rgb);
    hasher.finalize().into()
}
