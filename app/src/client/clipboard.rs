use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// Copies text; false if the browser does not let us. Without a secure context there is no clipboard API, so a hidden
/// text field is selected and copied as of old.
pub async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else { return false };
    if window.is_secure_context() {
        return JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok();
    }
    copy_by_selection(text).unwrap_or(false)
}

fn copy_by_selection(text: &str) -> Option<bool> {
    let document: web_sys::HtmlDocument = web_sys::window()?.document()?.dyn_into().ok()?;
    let field: web_sys::HtmlTextAreaElement = document.create_element("textarea").ok()?.dyn_into().ok()?;
    field.set_value(text);
    field.set_class_name("visually-hidden");
    let body = document.body()?;
    body.append_child(&field).ok()?;
    field.select();
    let copied = document.exec_command("copy").unwrap_or(false);
    field.remove();
    Some(copied)
}
