//! Messages to prompt tokens, by Mistral's third instruction template. Control tokens are put in by id, part by part:
//! nothing that a person writes can spell one.
//! Source: mistral-common 1.13, `InstructTokenizerV3` and `normalize.py`.

use std::sync::Arc;

use crate::{
    config::VisionConfig,
    error::RequestError,
    picture::{Picture, target_size},
    request::{Message, Part},
    tokenizer::Tokenizer,
};

/// Where the system prompt goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// Into the last user turn, as the reference does.
    Reference,
    /// Into the first user turn: what was read then stays the beginning of every later prompt.
    Chat,
}

impl Template {
    pub fn name(self) -> &'static str {
        match self {
            Self::Reference => "mistral-v3",
            Self::Chat => "mistral-v3-system-first",
        }
    }
}

/// Ids of the control tokens that a prompt needs.
#[derive(Clone, Debug)]
pub struct ControlTokens {
    pub begin: u32,
    pub end: u32,
    pub begin_instruction: u32,
    pub end_instruction: u32,
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
            begin_instruction: tokenizer.control("[INST]")?,
            end_instruction: tokenizer.control("[/INST]")?,
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
}

#[derive(Clone, Debug, Default)]
pub struct Prompt {
    pub tokens: Vec<u32>,
    /// In the order of their tokens.
    pub pictures: Vec<PromptPicture>,
}

/// Consecutive messages of one side, as one.
enum Turn<'a> {
    User(Vec<Chunk<'a>>),
    Assistant(Vec<(&'a str, Option<&'a [u32]>)>),
}

enum Chunk<'a> {
    Text(String),
    Picture(&'a Arc<Picture>),
}

/// Builds the prompt of a conversation that ends with a user's message.
pub fn build(
    messages: &[Message],
    template: Template,
    tokenizer: &Tokenizer,
    control: &ControlTokens,
) -> Result<Prompt, RequestError> {
    let (system, turns) = turns(messages);
    let is_user = |turn: &Turn| matches!(turn, Turn::User(_));
    if !matches!(turns.last(), Some(Turn::User(chunks)) if !chunks.is_empty()) {
        return Err(RequestError::Empty);
    }
    let system_turn = match template {
        Template::Reference => turns.iter().rposition(is_user),
        Template::Chat => turns.iter().position(is_user),
    };
    let mut prompt = Prompt { tokens: vec![control.begin], pictures: Vec::new() };
    for (index, turn) in turns.into_iter().enumerate() {
        match turn {
            Turn::User(chunks) => {
                let system = system.as_deref().filter(|_| system_turn == Some(index));
                prompt.tokens.push(control.begin_instruction);
                push_user(&mut prompt, chunks, system, tokenizer, control)?;
                prompt.tokens.push(control.end_instruction);
            }
            Turn::Assistant(answers) => {
                push_assistant(&mut prompt.tokens, &answers, tokenizer);
                prompt.tokens.push(control.end);
            }
        }
    }
    Ok(prompt)
}

/// All system messages as one, and the turns. Neighbouring texts are joined by a blank line, empty ones left out.
fn turns(messages: &[Message]) -> (Option<String>, Vec<Turn<'_>>) {
    let mut system: Vec<&str> = Vec::new();
    let mut turns: Vec<Turn> = Vec::new();
    for message in messages {
        match message {
            Message::System(text) => system.extend((!text.is_empty()).then_some(text.as_str())),
            Message::User(parts) => {
                if !matches!(turns.last(), Some(Turn::User(_))) {
                    turns.push(Turn::User(Vec::new()));
                }
                if let Some(Turn::User(chunks)) = turns.last_mut() {
                    parts.iter().for_each(|part| push_part(chunks, part));
                }
            }
            Message::Assistant { text, tokens } => {
                let answer = (text.as_str(), tokens.as_deref());
                match turns.last_mut() {
                    Some(Turn::Assistant(answers)) => answers.push(answer),
                    _ => turns.push(Turn::Assistant(vec![answer])),
                }
            }
        }
    }
    ((!system.is_empty()).then(|| system.join("\n\n")), turns)
}

fn push_part<'a>(chunks: &mut Vec<Chunk<'a>>, part: &'a Part) {
    match (part, chunks.last_mut()) {
        (Part::Picture(picture), _) => chunks.push(Chunk::Picture(picture)),
        (Part::Text(text), _) if text.is_empty() => {}
        (Part::Text(text), Some(Chunk::Text(before))) => {
            before.push_str("\n\n");
            before.push_str(text);
        }
        (Part::Text(text), _) => chunks.push(Chunk::Text(text.clone())),
    }
}

fn push_user(
    prompt: &mut Prompt,
    mut chunks: Vec<Chunk>,
    system: Option<&str>,
    tokenizer: &Tokenizer,
    control: &ControlTokens,
) -> Result<(), RequestError> {
    if let [Chunk::Text(_), Chunk::Picture(_)] = chunks.as_slice() {
        chunks.swap(0, 1);
    }
    if let Some(system) = system {
        // A message of text alone is tokenised together with the system prompt, any other apart from it.
        match chunks.as_mut_slice() {
            [Chunk::Text(text)] => text.insert_str(0, &format!("{system}\n\n")),
            _ => prompt.tokens.extend(tokenizer.encode(&format!("{system}\n\n"))),
        }
    }
    for chunk in chunks {
        match chunk {
            Chunk::Text(text) => prompt.tokens.extend(tokenizer.encode(&text)),
            Chunk::Picture(picture) => {
                let tokens = control.image.as_ref().ok_or(RequestError::NoVision)?;
                push_picture(prompt, picture, tokens);
            }
        }
    }
    Ok(())
}

/// Each row of the grid ends with a break, the last one with the end.
fn push_picture(prompt: &mut Prompt, picture: &Arc<Picture>, tokens: &ImageTokens) {
    let (width, height) = target_size(picture.width, picture.height, tokens.token_side, tokens.longest_edge);
    let (columns, rows) = ((width / tokens.token_side) as usize, (height / tokens.token_side) as usize);
    for row in 0..rows {
        prompt.tokens.extend(std::iter::repeat_n(tokens.image, columns));
        prompt.tokens.push(if row + 1 == rows { tokens.end } else { tokens.row_break });
    }
    let (image_tokens, tokens) = (columns * rows, (columns + 1) * rows);
    prompt.pictures.push(PromptPicture { picture: picture.clone(), width, height, image_tokens, tokens });
}

/// Sampled tokens are taken as they are, so that a follow-up's prompt begins with what was computed before; texts are
/// tokenised without their trailing spaces.
fn push_assistant(tokens: &mut Vec<u32>, answers: &[(&str, Option<&[u32]>)], tokenizer: &Tokenizer) {
    if let [(_, Some(sampled))] = answers {
        tokens.extend(sampled.iter().copied().filter(|&id| tokenizer.token_bytes(id).is_some()));
        return;
    }
    let texts: Vec<&str> = answers.iter().map(|(text, _)| *text).filter(|text| !text.is_empty()).collect();
    tokens.extend(tokenizer.encode(texts.join("\n\n").trim_end_matches(' ')));
}
