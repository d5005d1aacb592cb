//! Conversations of token cases: pictures are there by their size only, all that matters for tokens.

use std::sync::Arc;

use engine::{Detail, Message, Part, picture::Picture};
use serde_json::Value;

pub fn white(width: u32, height: u32) -> Part {
    Part::Picture(Arc::new(Picture { width, height, rgb: vec![255; (width * height * 3) as usize] }), Detail::High)
}

pub fn messages(case: &Value) -> Vec<Message> {
    let convert = |message: &Value| {
        let content = &message["content"];
        let whole = || content.as_str().unwrap().to_owned();
        match message["role"].as_str().unwrap() {
            "system" => Message::System(whole()),
            "assistant" => Message::Assistant { text: whole(), tokens: None },
            _ if content.is_string() => Message::User(vec![Part::Text(whole())]),
            _ => Message::User(content.as_array().unwrap().iter().map(part).collect()),
        }
    };
    case["messages"].as_array().unwrap().iter().map(convert).collect()
}

fn part(part: &Value) -> Part {
    match part["text"].as_str() {
        Some(words) => Part::Text(words.to_owned()),
        None => white(part["width"].as_u64().unwrap() as u32, part["height"].as_u64().unwrap() as u32),
    }
}
