//! Pictures as people have them, and pictures that nobody should send.
#![allow(clippy::unwrap_used)]

mod support;

use app::types::Problem;
use http::StatusCode;
use image::{DynamicImage, ImageFormat};
use support::{TestApp, encoded, question, red_circle};

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_comes_back_upright_and_clean_to_its_owner_only() {
    let app = TestApp::new().await;
    let reply = app.upload("my circle.jpg", &encoded(red_circle(600), ImageFormat::Jpeg)).await;
    assert_eq!(reply.status, StatusCode::OK);
    let picture = reply.picture();
    assert_eq!((picture.name.as_str(), picture.width, picture.height), ("my circle.jpg", 600, 600));

    let full = app.get(&picture.url()).await;
    assert_eq!(full.headers["content-type"], "image/png");
    assert_eq!(full.headers["x-content-type-options"], "nosniff");
    assert!(full.headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
    assert_eq!(image::load_from_memory(&full.body).unwrap().width(), 600);
    let thumbnail = app.get(&picture.thumbnail_url()).await;
    assert_eq!(image::load_from_memory(&thumbnail.body).unwrap().width(), 512);

    assert_eq!(app.get("/api/pictures/no-such-picture").await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.get("/api/pictures/..%2F..%2Fchaton.db").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_no_pictures_are_refused_in_one_sentence() {
    let app = TestApp::new().await;
    let jpeg = encoded(red_circle(200), ImageFormat::Jpeg);
    let mut huge_header = encoded(red_circle(8), ImageFormat::Png);
    for (at, byte) in [(18, 0xc3), (19, 0x50), (22, 0xc3), (23, 0x50)] {
        huge_header[at] = byte; // width and height 50000 in the header chunk
    }
    let checksum = png_checksum(&huge_header[12..29]);
    huge_header[29..33].copy_from_slice(&checksum.to_be_bytes());

    let unreadable: [(&str, &[u8]); 4] = [
        ("letter.png", b"Dear diary, this is no picture."),
        ("cut.jpg", &jpeg[..jpeg.len() / 2]),
        ("empty.png", b""),
        ("page.png", b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>"),
    ];
    for (name, content) in unreadable {
        let reply = app.upload(name, content).await;
        assert_eq!(
            (reply.status, reply.problem()),
            (StatusCode::UNPROCESSABLE_ENTITY, Problem::PictureUnreadable),
            "{name}"
        );
    }
    let reply = app.upload("bomb.png", &huge_header).await;
    assert_eq!(reply.problem(), Problem::PictureTooManyPixels { limit_megapixels: 100 });
    let reply = app.upload("fat.png", &vec![0; 2_000_001]).await;
    assert_eq!(
        (reply.status, reply.problem()),
        (StatusCode::PAYLOAD_TOO_LARGE, Problem::PictureTooLarge { limit_bytes: 2_000_000 })
    );

    let reply = app.upload("good.png", &encoded(red_circle(64), ImageFormat::Png)).await;
    assert_eq!(reply.status, StatusCode::OK, "the server goes on");
}

/// CRC-32 as PNG has it.
fn png_checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |mut crc, byte| {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
        crc
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_every_kind_are_answered() {
    let app = TestApp::new().await;
    let circle = DynamicImage::from(red_circle(128));
    let kinds: [(&str, Vec<u8>); 7] = [
        ("dot.png", encoded(image::RgbImage::new(1, 1), ImageFormat::Png)),
        ("line.png", encoded(image::RgbImage::new(1, 20_000), ImageFormat::Png)),
        ("circle.gif", encoded(circle.clone(), ImageFormat::Gif)),
        ("deep.png", encoded(circle.to_rgb16(), ImageFormat::Png)),
        ("grey.png", encoded(circle.to_luma8(), ImageFormat::Png)),
        ("glass.png", encoded(circle.to_rgba8(), ImageFormat::Png)),
        ("circle.webp", encoded(circle, ImageFormat::WebP)),
    ];
    for (name, content) in kinds {
        let reply = app.upload(name, &content).await;
        assert_eq!(reply.status, StatusCode::OK, "{name}: {}", reply.text());
        let mut message = question(&format!("What is in {name}?"));
        message.picture_ids = vec![reply.picture().id];
        let begun = app.ask(message).await;
        let answer = app.ended(&begun.conversation_id).await.messages.remove(1);
        assert_eq!(answer.state, app::types::AnswerState::Complete, "{name}");
        assert!(!answer.text.is_empty(), "{name}");
    }
}
