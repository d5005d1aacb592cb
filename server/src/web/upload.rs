//! One picture on its way from a request to the store: streamed to a temporary file under a size limit, decoded in a
//! child process, kept under its hash.

use std::io::{Seek, SeekFrom, Write};

use app::types::{Caller, PictureView, Problem};
use axum::extract::multipart::Field;
use storage::NewPicture;

use super::AppState;
use crate::{
    backend::{problem, views::picture_view},
    limits::Limits,
    picture_worker::{self, PictureWorkerError},
    settings::MAX_PIXELS,
};

/// After a file is found too large the rest is read and dropped, up to this many times the limit: a browser that is
/// cut off while sending shows a network error instead of the answer.
const DRAIN_FACTOR: u64 = 8;

/// Takes the picture in `field`.
pub async fn take(state: &AppState, caller: &Caller, mut field: Field<'_>) -> Result<PictureView, Problem> {
    state.backend.pace.upload(caller)?;
    let name = file_name(field.file_name());
    let limit_bytes = Limits::of(caller, &state.settings).upload_bytes;
    let mut file = tempfile::tempfile_in(&state.settings.data_dir).map_err(problem::from_io)?;
    let mut size_bytes = 0;
    while let Some(piece) = field.chunk().await.map_err(|_| Problem::BadRequest)? {
        size_bytes += piece.len() as u64;
        if size_bytes > limit_bytes.saturating_mul(DRAIN_FACTOR) {
            break;
        }
        if size_bytes <= limit_bytes {
            file.write_all(&piece).map_err(problem::from_io)?;
        }
    }
    if size_bytes > limit_bytes {
        return Err(Problem::PictureTooLarge { limit_bytes });
    }
    file.seek(SeekFrom::Start(0)).map_err(problem::from_io)?;
    keep(state, caller, &name, file).await
}

/// Decodes and keeps the picture in `file`.
pub async fn keep(state: &AppState, caller: &Caller, name: &str, file: std::fs::File) -> Result<PictureView, Problem> {
    if !state.storage.has_room() {
        return Err(Problem::DiskFull);
    }
    // Never closed; were it, decoding would go on without it.
    let _turn = state.decoding.acquire().await;
    let clean =
        picture_worker::decode(&state.settings.picture_program, file, MAX_PIXELS).await.map_err(
            |error| match error {
                PictureWorkerError::TooManyPixels { limit } => {
                    Problem::PictureTooManyPixels { limit_megapixels: (limit / 1_000_000) as u32 }
                }
                PictureWorkerError::Unreadable(reason) => {
                    tracing::info!("a picture was refused: {reason}");
                    Problem::PictureUnreadable
                }
                PictureWorkerError::Process(error) => problem::from_io(error),
            },
        )?;
    let picture =
        NewPicture { png: clean.png, thumbnail_png: clean.thumbnail_png, width: clean.width, height: clean.height };
    let kept = state.storage.add_picture(&caller.user_id, name, picture).await.map_err(problem::from_storage)?;
    Ok(picture_view(&kept))
}

/// The name as the person knows it: without folders or control characters, of bearable length.
fn file_name(sent: Option<&str>) -> String {
    let last = sent.unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|letter| !letter.is_control()).take(120).collect();
    if clean.trim().is_empty() { "picture".into() } else { clean }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn names_lose_their_folders_and_control_characters() {
        assert_eq!(file_name(Some("../../etc/passwd.png")), "passwd.png");
        assert_eq!(file_name(Some("C:\\photos\\cat.jpg")), "cat.jpg");
        assert_eq!(file_name(Some("a\r\nb.png")), "ab.png");
        assert_eq!(file_name(Some("chat été.png")), "chat été.png");
        assert_eq!(file_name(Some("/")), "picture");
        assert_eq!(file_name(None), "picture");
        assert_eq!(file_name(Some(&"x".repeat(500))).len(), 120);
    }
}
