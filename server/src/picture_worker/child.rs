//! The child's side: limits first, then the picture.

use std::io::{Read, Write};

use anyhow::Result;
use engine::picture::{self, DecodeLimits, PictureError};

use super::Outcome;

/// Decoded, turned and resized copies of a 100-megapixel picture in 16 bits fit.
#[cfg(unix)]
const MEMORY_BYTES: u64 = 4 << 30;
#[cfg(unix)]
const CPU_SECONDS: u64 = 60;
/// Sharp on a high-resolution screen at the size that the chat shows.
const THUMBNAIL_EDGE: u32 = 512;

/// Reads a picture from standard input and answers on standard output.
pub fn run(max_pixels: u64) -> Result<()> {
    limit_this_process()?;
    let mut file = Vec::new();
    std::io::stdin().lock().read_to_end(&mut file)?;
    let mut output = std::io::stdout().lock();
    match clean(&file, max_pixels) {
        Ok((outcome, png, thumbnail)) => {
            writeln!(output, "{}", serde_json::to_string(&outcome)?)?;
            output.write_all(&png)?;
            output.write_all(&thumbnail)?;
        }
        Err(PictureError::TooManyPixels { .. }) => {
            writeln!(output, "{}", serde_json::to_string(&Outcome::TooManyPixels)?)?;
        }
        Err(error) => {
            let outcome = Outcome::Unreadable { reason: error.to_string() };
            writeln!(output, "{}", serde_json::to_string(&outcome)?)?;
        }
    }
    output.flush()?;
    Ok(())
}

fn clean(file: &[u8], max_pixels: u64) -> Result<(Outcome, Vec<u8>, Vec<u8>), PictureError> {
    let picture = picture::decode(file, &DecodeLimits { max_pixels, ..DecodeLimits::default() })?;
    let png = picture::encode_png(&picture)?;
    let thumbnail = picture::encode_png(&picture::thumbnail(&picture, THUMBNAIL_EDGE))?;
    let outcome = Outcome::Decoded {
        width: picture.width,
        height: picture.height,
        png_bytes: png.len() as u64,
        thumbnail_bytes: thumbnail.len() as u64,
    };
    Ok((outcome, png, thumbnail))
}

#[cfg(unix)]
fn limit_this_process() -> Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limit = |resource, limit| setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) });
    limit(Resource::Cpu, CPU_SECONDS)?;
    limit(Resource::Core, 0)?;
    // macOS refuses limits of address space; there, as on Windows, pixels and time are what bounds it.
    if cfg!(target_os = "linux") {
        limit(Resource::As, MEMORY_BYTES)?;
    }
    Ok(())
}

/// Other systems have no such limits per process; time and pixels are bounded there too.
#[cfg(not(unix))]
fn limit_this_process() -> Result<()> {
    Ok(())
}
