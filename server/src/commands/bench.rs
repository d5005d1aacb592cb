//! `chaton bench`: what a person feels (time to the first word, speed of an answer, a follow-up question) and what the
//! machine could do at most, measured through the same engine that serves the chat.

use std::{io::Write, sync::Arc, time::Instant};

use anyhow::{Result, anyhow, bail};
use engine::{
    Detail, Engine, Event, Generation, LoadOptions, Message, Parameters, Part, Request, Sampling, Timings, Usage,
    picture::Picture,
};
use serde::Serialize;

use crate::cli::{BenchArguments, ImageSize};

#[derive(Debug, Serialize)]
struct Report {
    model: String,
    computes_with: String,
    prompt_tokens: u32,
    generated_tokens: u32,
    users: u32,
    load_ms: f64,
    prefill_tokens_per_s: f64,
    /// Of all users together.
    decode_tokens_per_s: f64,
    /// Of one of them, at the same depth, right before.
    one_user_decode_tokens_per_s: Option<f64>,
    #[serde(flatten)]
    first_question: FirstQuestion,
    #[serde(flatten)]
    limits: Limits,
}

/// About a picture, where the model sees any.
#[derive(Debug, Serialize)]
struct FirstQuestion {
    image_encode_ms: Option<f64>,
    image_tokens: u32,
    first_token_ms: f64,
    follow_up_first_token_ms: f64,
}

#[derive(Debug, Serialize)]
struct Limits {
    peak_rss_bytes: u64,
    /// Read for every token.
    weights_bytes: u64,
    memory_read_bytes_per_s: f64,
    /// Bytes of weights read a second, of what memory gives.
    decode_limit_ratio: f64,
}

pub fn run(arguments: &BenchArguments) -> Result<()> {
    if arguments.users == 0 || arguments.generate < 2 {
        bail!("--users must be at least 1 and --generate at least 2");
    }
    let began = Instant::now();
    let max_active = arguments.users as usize;
    let engine = super::load_model_for(&arguments.model, LoadOptions { max_active, ..LoadOptions::default() })?;
    let load_ms = milliseconds(began);
    let info = engine.info().clone();
    // Pages of the model that were never read come from the disk.
    let mut first = vec![text("Hello")];
    if info.sees_pictures {
        first.push(noise(ImageSize { width: 32, height: 32 }));
    }
    answer(&engine, "warm up", first, 2)?;

    let alone = answer(&engine, "alone", vec![text(&words(&engine, arguments.prompt, 0)?)], arguments.generate)?;
    let prompt_tokens = alone.usage.prompt_tokens;
    let prefill_tokens_per_s = f64::from(prompt_tokens) / alone.timings.prefill_ms * 1000.0;
    let one_of_many = if arguments.users == 1 { None } else { Some(answer_rate(&engine, 1, arguments.generate)?) };
    let decode_tokens_per_s = match one_of_many {
        None => alone.decode_rate(),
        Some(_) => answer_rate(&engine, arguments.users, arguments.generate)?,
    };
    let first_question = ask_twice(&engine, info.sees_pictures.then_some(arguments.image))?;
    let peak_rss_bytes = peak_rss_bytes();
    let memory_read_bytes_per_s = engine.memory_read_bytes_per_second();
    let weights_bytes = info.read_bytes_per_token;
    let report = Report {
        model: info.name,
        computes_with: info.computes_with,
        prompt_tokens,
        generated_tokens: alone.usage.completion_tokens,
        users: arguments.users,
        load_ms,
        prefill_tokens_per_s,
        decode_tokens_per_s,
        one_user_decode_tokens_per_s: one_of_many,
        first_question,
        limits: Limits {
            peak_rss_bytes,
            weights_bytes,
            memory_read_bytes_per_s,
            decode_limit_ratio: alone.decode_rate() * weights_bytes as f64 / memory_read_bytes_per_s,
        },
    };
    let mut terminal = std::io::stdout().lock();
    if arguments.json {
        writeln!(terminal, "{}", serde_json::to_string(&report)?)?;
    } else {
        write!(terminal, "{}", table(&report))?;
    }
    Ok(())
}

struct Answered {
    text: String,
    ids: Vec<u32>,
    /// When each came.
    token_times: Vec<Instant>,
    usage: Usage,
    timings: Timings,
}

impl Answered {
    /// Tokens a second after the first.
    fn decode_rate(&self) -> f64 {
        f64::from(self.timings.decoded_tokens) / self.timings.decode_ms * 1000.0
    }
}

fn text(text: &str) -> Part {
    Part::Text(text.to_owned())
}

fn submit(engine: &Engine, scope: &str, messages: Vec<Message>, tokens: u32) -> Result<Generation> {
    let sampling = Sampling { temperature: 0.0, top_p: 1.0, top_k: 0, seed: 0 };
    let parameters = Parameters { sampling, max_tokens: Some(tokens), stop: Vec::new() };
    let (fairness_key, cache_scope) = (scope.to_owned(), scope.to_owned());
    Ok(engine.submit(Request { messages, parameters, fairness_key, cache_scope, resume: None })?)
}

fn collect(mut generation: Generation) -> Result<Answered> {
    let (mut ids, mut text, mut token_times) = (Vec::new(), String::new(), Vec::new());
    while let Some(event) = generation.blocking_next() {
        match event {
            Event::Token { id, text: shown, .. } => {
                token_times.push(Instant::now());
                ids.push(id);
                text.push_str(&shown);
            }
            Event::Finished { usage, timings, .. } => {
                return Ok(Answered { text, ids, token_times, usage, timings });
            }
            Event::Failed(error) => return Err(error.into()),
            Event::Queued { .. } | Event::Reading { .. } => {}
        }
    }
    bail!("the model stopped without an answer; try again")
}

/// `scope`: nothing that another scope read is used again.
fn answer(engine: &Engine, scope: &str, parts: Vec<Part>, tokens: u32) -> Result<Answered> {
    collect(submit(engine, scope, vec![Message::User(parts)], tokens)?)
}

/// A text that makes a prompt of about `tokens` tokens.
fn words(engine: &Engine, tokens: u32, seed: u32) -> Result<String> {
    let parameters = Parameters {
        sampling: Sampling { temperature: 0.0, top_p: 1.0, top_k: 0, seed: 0 },
        max_tokens: Some(1),
        stop: Vec::new(),
    };
    let measure = |text: &str| -> Result<usize> {
        let messages = [Message::User(vec![self::text(text)])];
        Ok(engine.prepare(&messages, &parameters)?.tokens.len())
    };
    let empty = measure("a")?;
    let mut text = String::from("a");
    let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(12_345);
    let mut found = empty;
    while found < tokens as usize {
        for _ in 0..(tokens as usize - found).div_ceil(4) {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let word = [" the", " cat", " sees", " a", " red", " house", " and", " three", " boats"];
            text.push_str(word[(state >> 16) as usize % word.len()]);
        }
        found = measure(&text)?;
    }
    Ok(text)
}

/// Tokens a second of `users` together, while all of them answer short questions.
fn answer_rate(engine: &Engine, users: u32, tokens: u32) -> Result<f64> {
    let mut generations = Vec::new();
    for user in 0..users {
        let question = vec![Message::User(vec![text(&words(engine, 32, user + 1)?)])];
        generations.push(submit(engine, &format!("{users} users, {user}"), question, tokens)?);
    }
    let answers = std::thread::scope(|scope| {
        // All at once first: everybody's tokens are timed as they come.
        let threads: Vec<_> = generations.into_iter().map(|one| scope.spawn(|| collect(one))).collect();
        let ended = threads.into_iter().map(|thread| thread.join().map_err(|_| anyhow!("a thread failed"))?);
        ended.collect::<Result<Vec<Answered>>>()
    })?;
    let first = answers.iter().filter_map(|answer| answer.token_times.first()).max();
    let last = answers.iter().filter_map(|answer| answer.token_times.last()).min();
    let (Some(first), Some(last)) = (first, last) else { bail!("the model gave no answer; try --generate 64") };
    let between = |time: &&Instant| *time > first && *time <= last;
    let tokens = answers.iter().flat_map(|answer| &answer.token_times).filter(between).count();
    if tokens < 2 * users as usize {
        bail!(
            "only {tokens} tokens came while all {users} users were answered; let answers be longer (--generate) or \
             leave more memory for conversations (--context)"
        );
    }
    Ok(tokens as f64 / (*last - *first).as_secs_f64())
}

fn noise(size: ImageSize) -> Part {
    let rgb = (0..size.width * size.height * 3).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    Part::Picture(Arc::new(Picture { width: size.width, height: size.height, rgb }), Detail::High)
}

/// A first question, about a picture of `size` if there is one, and a second one.
fn ask_twice(engine: &Engine, size: Option<ImageSize>) -> Result<FirstQuestion> {
    let mut parts: Vec<Part> = size.map(noise).into_iter().collect();
    parts.push(text("What is in this picture?"));
    let mut messages = vec![Message::User(parts)];
    let asked = collect(submit(engine, "look", messages.clone(), 8)?)?;
    messages.push(Message::Assistant { text: asked.text, tokens: Some(asked.ids) });
    messages.push(Message::User(vec![text("And what is in the background?")]));
    let follow_up = collect(submit(engine, "look", messages, 2)?)?;
    let first_token_ms =
        |timings: &Timings| timings.first_token_ms.ok_or_else(|| anyhow!("the model gave no answer; try again"));
    Ok(FirstQuestion {
        image_encode_ms: size.map(|_| asked.timings.pictures_ms),
        image_tokens: asked.usage.picture_tokens,
        first_token_ms: first_token_ms(&asked.timings)?,
        follow_up_first_token_ms: first_token_ms(&follow_up.timings)?,
    })
}

/// 0 where the system does not say.
fn peak_rss_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
    kib.map_or(0, |kib: u64| kib * 1024)
}

fn table(report: &Report) -> String {
    let gigabytes = |bytes: f64| format!("{:.2} GB", bytes / 1e9);
    let mut rows = vec![
        ("model", format!("{} ({})", report.model, report.computes_with)),
        ("loaded in", format!("{:.0} ms", report.load_ms)),
        ("reads a prompt", format!("{:.1} tokens/s ({} tokens)", report.prefill_tokens_per_s, report.prompt_tokens)),
        ("answers", format!("{:.2} tokens/s ({} at once)", report.decode_tokens_per_s, report.users)),
    ];
    let question = &report.first_question;
    if let Some(encode_ms) = question.image_encode_ms {
        rows.push(("encodes a picture in", format!("{encode_ms:.0} ms ({} tokens)", question.image_tokens)));
    }
    rows.push(("first word of an answer after", format!("{:.0} ms", question.first_token_ms)));
    rows.push(("of a second question after", format!("{:.0} ms", question.follow_up_first_token_ms)));
    let limits = &report.limits;
    rows.push(("memory at most", gigabytes(limits.peak_rss_bytes as f64)));
    rows.push(("weights read for a token", gigabytes(limits.weights_bytes as f64)));
    rows.push(("memory can be read at", format!("{}/s", gigabytes(limits.memory_read_bytes_per_s))));
    rows.push(("used of that", format!("{:.0} %", limits.decode_limit_ratio * 100.0)));
    rows.iter().map(|(name, value)| format!("{name:<31}{value}\n")).collect()
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1000.0
}
