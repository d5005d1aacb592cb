//! `chaton ask`: one answer on the terminal, written as the model makes it.

use std::{fs, io::Write, path::Path, sync::Arc};

use anyhow::{Context, Result, bail};
use engine::{
    Detail, Event, Message, Parameters, Part, Request, Sampling,
    picture::{self, DecodeLimits},
};
use serde_json::json;

use crate::cli::AskArguments;

pub fn run(arguments: AskArguments) -> Result<()> {
    if arguments.question.trim().is_empty() {
        bail!("the question is empty; put it in quotes at the end");
    }
    let messages = messages(&arguments)?;
    let engine = super::load_model(&arguments.model)?;
    let request = Request {
        messages,
        parameters: Parameters {
            sampling: Sampling { temperature: arguments.temperature, top_p: 1.0, top_k: 0, seed: arguments.seed },
            max_tokens: arguments.max_tokens,
            stop: Vec::new(),
        },
        fairness_key: String::new(),
        cache_scope: String::new(),
        resume: None,
    };
    let mut generation = engine.submit(request)?;
    let mut terminal = std::io::stdout().lock();
    let mut answer = String::new();
    while let Some(event) = generation.blocking_next() {
        match event {
            Event::Queued { .. } | Event::Reading { .. } => {}
            Event::Token { text, .. } => {
                answer.push_str(&text);
                if !arguments.json {
                    write!(terminal, "{text}")?;
                    terminal.flush()?;
                }
            }
            Event::Finished { reason, tail, usage, timings } => {
                answer.push_str(&tail);
                if arguments.json {
                    let report = json!({ "text": answer, "finish_reason": reason, "usage": usage, "timings": timings });
                    writeln!(terminal, "{report}")?;
                } else {
                    writeln!(terminal, "{tail}")?;
                }
                return Ok(());
            }
            Event::Failed(error) => {
                // What was written stays; the reason goes on a line of its own.
                if !answer.is_empty() && !arguments.json {
                    writeln!(terminal)?;
                }
                return Err(error.into());
            }
        }
    }
    bail!("the model stopped without an answer; try again")
}

/// The question with its pictures, in the order they were given, pictures first.
fn messages(arguments: &AskArguments) -> Result<Vec<Message>> {
    let mut parts = Vec::new();
    for path in &arguments.images {
        parts.push(Part::Picture(Arc::new(read_picture(path)?), Detail::High));
    }
    parts.push(Part::Text(arguments.question.clone()));
    let mut messages = Vec::new();
    messages.extend(arguments.system.clone().map(Message::System));
    messages.push(Message::User(parts));
    Ok(messages)
}

fn read_picture(path: &Path) -> Result<picture::Picture> {
    let bytes = fs::read(path).with_context(|| format!("cannot read the picture {}", path.display()))?;
    picture::decode(&bytes, &DecodeLimits::default()).with_context(|| format!("cannot use {}", path.display()))
}
