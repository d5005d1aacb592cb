//! One picture to the server, with progress (which `fetch` does not report for uploads).

use std::{cell::RefCell, rc::Rc};

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{FormData, ProgressEvent, XmlHttpRequest};

use crate::types::{PictureView, Problem};

/// Sends `file`; `progress` hears percentages, `done` the outcome, once. None if the browser cannot even begin.
pub fn send(
    file: &web_sys::File,
    progress: impl Fn(u32) + 'static,
    done: impl FnOnce(Result<PictureView, Problem>) + 'static,
) -> Option<()> {
    let request = XmlHttpRequest::new().ok()?;
    let form = FormData::new().ok()?;
    form.append_with_blob_and_filename("picture", file, &file.name()).ok()?;

    let on_progress = Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
        if event.total() > 0.0 {
            progress((event.loaded() / event.total() * 100.0) as u32);
        }
    });
    request.upload().ok()?.set_onprogress(Some(on_progress.as_ref().unchecked_ref()));
    // Handlers live as long as the page: a few bytes for each picture.
    on_progress.forget();

    let finished = request.clone();
    let on_end = Closure::once_into_js(move || done(outcome(&finished)));
    request.set_onloadend(Some(on_end.unchecked_ref()));
    request.open("POST", "/api/pictures").ok()?;
    request.send_with_opt_form_data(Some(&form)).ok()?;
    Some(())
}

fn outcome(request: &XmlHttpRequest) -> Result<PictureView, Problem> {
    let body = request.response_text().ok().flatten().unwrap_or_default();
    match request.status() {
        Ok(200) => serde_json::from_str(&body).map_err(|_| Problem::Internal),
        Ok(0) | Err(_) => Err(Problem::Offline),
        Ok(_) => Err(serde_json::from_str(&body).unwrap_or(Problem::Internal)),
    }
}

/// Sends `file` and waits for the outcome.
pub async fn whole(file: &web_sys::File) -> Result<PictureView, Problem> {
    let outcome = Rc::new(RefCell::new(Err(Problem::Offline)));
    let kept = outcome.clone();
    let ended = js_sys::Promise::new(&mut |resolve, _| {
        let kept = kept.clone();
        let finish = resolve.clone();
        let done = move |result| {
            *kept.borrow_mut() = result;
            let _ = finish.call0(&JsValue::UNDEFINED);
        };
        if send(file, |_| {}, done).is_none() {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    });
    let _ = JsFuture::from(ended).await;
    outcome.replace(Err(Problem::Offline))
}
