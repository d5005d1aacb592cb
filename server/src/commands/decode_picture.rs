//! `chaton decode-picture`: the child process in which a picture from outside is decoded (see `picture_worker`).

use anyhow::Result;

use crate::{cli::DecodePictureArguments, picture_worker::child};

pub fn run(arguments: DecodePictureArguments) -> Result<()> {
    child::run(arguments.max_pixels)
}
