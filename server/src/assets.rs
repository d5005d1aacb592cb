//! The files that the program carries in itself: the page's script, wasm and styles, and everything in `public/`.
//! Release builds hold them; debug builds read them from the working tree, so that a page built anew is served at once.

use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

#[derive(RustEmbed)]
#[folder = "../target/site/pkg"]
struct Page;

#[derive(RustEmbed)]
#[folder = "../public"]
struct Public;

/// A file by its path in the URL, without the leading slash: `pkg/...` or a name in `public/`.
pub fn find(path: &str) -> Option<EmbeddedFile> {
    match path.strip_prefix("pkg/") {
        Some(name) => Page::get(name),
        None => Public::get(path),
    }
}

/// The same file in brotli, where the build made one.
pub fn find_brotli(path: &str) -> Option<EmbeddedFile> {
    find(&format!("{path}.br"))
}

/// Every file's path in the URL, without the leading slash; compressed copies are no files of their own.
pub fn paths() -> Vec<String> {
    let page = Page::iter().map(|name| format!("pkg/{name}"));
    page.chain(Public::iter().map(String::from)).filter(|path| !path.ends_with(".br")).collect()
}

/// True if the page was built before the server; without it there is only the page without JavaScript.
pub fn page_is_built() -> bool {
    ["chaton.js", "chaton.css"].iter().all(|name| Page::get(name).is_some())
}

/// A short hash of the page's files and the version: another one means that an open page is older than the server.
pub fn build_id() -> String {
    let mut names: Vec<_> = Page::iter().collect();
    names.sort_unstable();
    let mut hash = Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    for file in names.iter().filter_map(|name| Page::get(name)) {
        hash.update(file.metadata.sha256_hash());
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
