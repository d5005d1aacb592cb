//! Messages as turns: neighbouring messages of one side are one, their texts joined by a blank line.
//! Source: mistral-common 1.13, `normalize.py`.

use std::sync::Arc;

use crate::{
    picture::Picture,
    request::{Detail, Message, Part},
};

/// A text and the ids it was sampled as.
pub type Answer<'a> = (&'a str, Option<&'a [u32]>);

pub enum Turn<'a> {
    System(&'a str),
    User(Vec<Chunk<'a>>),
    Assistant(Vec<Answer<'a>>),
}

pub enum Chunk<'a> {
    Text(String),
    Picture(&'a Arc<Picture>, Detail),
}

impl<'a> Turn<'a> {
    pub fn system(&self) -> Option<&'a str> {
        match self {
            Self::System(text) => Some(text),
            _ => None,
        }
    }
}

/// Empty texts are left out.
pub fn of(messages: &[Message]) -> Vec<Turn<'_>> {
    let mut turns: Vec<Turn> = Vec::new();
    for message in messages {
        match message {
            Message::System(text) => turns.push(Turn::System(text)),
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
    turns
}

fn push_part<'a>(chunks: &mut Vec<Chunk<'a>>, part: &'a Part) {
    match (part, chunks.last_mut()) {
        (Part::Picture(picture, detail), _) => chunks.push(Chunk::Picture(picture, *detail)),
        (Part::Text(text), _) if text.is_empty() => {}
        (Part::Text(text), Some(Chunk::Text(before))) => {
            before.push_str("\n\n");
            before.push_str(text);
        }
        (Part::Text(text), _) => chunks.push(Chunk::Text(text.clone())),
    }
}
