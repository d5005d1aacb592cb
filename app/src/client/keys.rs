/// A fresh key for a message: 128 random bits. (`crypto.randomUUID` needs a secure context; a plain http address on
/// a local network is none.)
pub fn new_key() -> String {
    let mut bytes = [0; 16];
    let filled = web_sys::window()
        .and_then(|window| window.crypto().ok())
        .is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut bytes).is_ok());
    if !filled {
        // No browser lacks it; the time still tells one click from the next.
        bytes[..8].copy_from_slice(&js_sys::Date::now().to_bits().to_le_bytes());
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
