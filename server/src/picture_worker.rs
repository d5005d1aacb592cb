//! Pictures from outside are decoded in a child process, under limits of memory and time: a hostile file costs one
//! process, never the server. The child is `chaton decode-picture`: the file on its standard input, on its standard
//! output a line of JSON ([`Outcome`]) and, for a good picture, the upright PNG and its thumbnail.

pub mod child;

use std::{path::Path, process::Stdio, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::Command,
    time::timeout,
};

/// A 100-megapixel photograph takes about 20 s on one slow core.
const DECODE_TIME: Duration = Duration::from_secs(60);

/// What it says of a picture, and why, is short.
const MOST_LINE_BYTES: u64 = 64 << 10;

/// What the child says of a picture.
#[derive(Debug, Serialize, Deserialize)]
enum Outcome {
    /// Followed by `png_bytes` of PNG and `thumbnail_bytes` of PNG.
    Decoded {
        width: u32,
        height: u32,
        png_bytes: u64,
        thumbnail_bytes: u64,
    },
    Unreadable {
        reason: String,
    },
    TooManyPixels,
}

/// A picture as it is kept: upright, in sRGB, without metadata.
#[derive(Debug)]
pub struct CleanPicture {
    pub width: u32,
    pub height: u32,
    pub png: Vec<u8>,
    pub thumbnail_png: Vec<u8>,
}

#[derive(Debug, thiserror::Error)]
pub enum PictureWorkerError {
    #[error("the picture cannot be read: {0}")]
    Unreadable(String),
    #[error("the picture has more than {limit} pixels")]
    TooManyPixels { limit: u64 },
    #[error("the process that decodes pictures cannot be run: {0}")]
    Process(#[from] std::io::Error),
}

/// Decodes the picture in `file`. A child that dies, hangs or babbles means that the picture is unreadable.
pub async fn decode(program: &Path, file: std::fs::File, max_pixels: u64) -> Result<CleanPicture, PictureWorkerError> {
    let mut child = Command::new(program)
        .arg("decode-picture")
        .args(["--max-pixels", &max_pixels.to_string()])
        .env_clear()
        .stdin(file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let Some(output) = child.stdout.take() else {
        return Err(PictureWorkerError::Unreadable("the decoder has no output".into()));
    };
    match timeout(DECODE_TIME, read_outcome(BufReader::new(output), max_pixels)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(PictureWorkerError::Unreadable("decoding took too long".into())),
    }
}

async fn read_outcome(
    mut output: BufReader<tokio::process::ChildStdout>,
    max_pixels: u64,
) -> Result<CleanPicture, PictureWorkerError> {
    let mut line = String::new();
    (&mut output).take(MOST_LINE_BYTES).read_line(&mut line).await?;
    let outcome = serde_json::from_str(&line)
        .map_err(|_| PictureWorkerError::Unreadable("the decoder died (out of memory or a damaged file)".into()))?;
    match outcome {
        Outcome::Unreadable { reason } => Err(PictureWorkerError::Unreadable(reason)),
        Outcome::TooManyPixels => Err(PictureWorkerError::TooManyPixels { limit: max_pixels }),
        Outcome::Decoded { width, height, png_bytes, thumbnail_bytes } => {
            let png = read_exactly(&mut output, png_bytes).await?;
            let thumbnail_png = read_exactly(&mut output, thumbnail_bytes).await?;
            Ok(CleanPicture { width, height, png, thumbnail_png })
        }
    }
}

async fn read_exactly(
    output: &mut BufReader<tokio::process::ChildStdout>,
    count: u64,
) -> Result<Vec<u8>, PictureWorkerError> {
    let mut content = Vec::new();
    output.take(count).read_to_end(&mut content).await?;
    if content.len() as u64 != count {
        return Err(PictureWorkerError::Unreadable("the decoder died".into()));
    }
    Ok(content)
}
