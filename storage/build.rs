//! `sqlx::migrate!` embeds the migrations, but cargo does not see a new file there by itself.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
