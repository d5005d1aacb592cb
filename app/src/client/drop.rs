//! Pictures from everywhere: dropped on the page, pasted, chosen, fetched.

use leptos::{ev, prelude::*};
use send_wrapper::SendWrapper;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, File, FileList};

/// Files belong to the browser's one thread.
pub type Files = SendWrapper<Vec<File>>;

pub fn files_of(list: Option<FileList>) -> Vec<File> {
    let Some(list) = list else { return Vec::new() };
    (0..list.length()).filter_map(|index| list.item(index)).collect()
}

/// Takes files that are dropped anywhere or pasted. `dragging` is true while files hover over the page.
pub fn listen(dragging: RwSignal<bool>, on_files: Callback<Files>) {
    let holds_files =
        |transfer: Option<DataTransfer>| transfer.is_some_and(|transfer| transfer.types().includes(&"Files".into(), 0));
    let over = window_event_listener(ev::dragover, move |event| {
        if holds_files(event.data_transfer()) {
            // Without this the browser would open the picture in place of the page.
            event.prevent_default();
            dragging.set(true);
        }
    });
    let leave = window_event_listener(ev::dragleave, move |event| {
        // Leaving one element enters another, except at the window's edge.
        if event.related_target().is_none() {
            dragging.set(false);
        }
    });
    let dropped = window_event_listener(ev::drop, move |event| {
        dragging.set(false);
        if let Some(transfer) = event.data_transfer().filter(|transfer| holds_files(Some(transfer.clone()))) {
            event.prevent_default();
            on_files.run(SendWrapper::new(files_of(transfer.files())));
        }
    });
    let pasted = window_event_listener(ev::paste, move |event| {
        let event: &web_sys::ClipboardEvent = event.unchecked_ref();
        let Some(data) = event.clipboard_data() else { return };
        let files = files_of(data.files());
        // Office programs put a picture of the text beside the text: then the text is meant.
        if !files.is_empty() && !data.types().includes(&"text/plain".into(), 0) {
            event.prevent_default();
            on_files.run(SendWrapper::new(files));
        }
    });
    on_cleanup(move || {
        for handle in [over, leave, dropped, pasted] {
            handle.remove();
        }
    });
}

/// One of our own pictures, as if it had been dropped.
pub async fn fetch_file(url: &str, name: &str) -> Option<File> {
    let response: web_sys::Response = JsFuture::from(window().fetch_with_str(url)).await.ok()?.dyn_into().ok()?;
    let blob = JsFuture::from(response.blob().ok()?).await.ok()?;
    File::new_with_blob_sequence(&js_sys::Array::of1(&blob), name).ok()
}
