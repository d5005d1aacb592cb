//! How large pictures are shown, what that costs, and what an answer tells of itself, with the built-in model.
#![allow(clippy::unwrap_used)]

mod support;

use app::{
    backend::Backend,
    types::{NewMessage, PictureDetail, Problem},
};
use image::ImageFormat;
use support::{TestApp, encoded, question, red_circle};

/// The built-in model sees 192 x 192 pixels, in patches of 16: twelve rows of twelve, and a token at the end of each.
const PICTURE_TOKENS: u32 = 156;

async fn uploaded(app: &TestApp, edge: u32) -> String {
    app.upload("circle.png", &encoded(red_circle(edge), ImageFormat::Png)).await.picture().id
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_tells_how_it_came_about() {
    let app = TestApp::new().await;
    let picture_ids = vec![uploaded(&app, 256).await];
    let begun = app.ask(NewMessage { picture_ids, ..question("What is in this picture?") }).await;
    let conversation = app.ended(&begun.conversation_id).await;

    let details = app.backend.answer_details(&app.caller, &begun.answer_id).await.unwrap().unwrap();
    let read = details.read.unwrap();
    assert_eq!(Some(&details.model), conversation.messages[1].model.as_ref());
    assert_eq!((read.picture_tokens, read.pictures), (PICTURE_TOKENS, vec![(192, 192)]));
    let generation = app.storage.generation(&app.caller.user_id, &begun.generation_id).await.unwrap();
    assert_eq!(read.prompt_tokens as usize, generation.journal.prompt_tokens.len());
    let written = app.storage.generation_tokens(&begun.generation_id).await.unwrap();
    assert_eq!(details.answer_tokens as usize, written.len());
    assert!(details.first_token_ms.is_some() && details.tokens_per_100_s.is_some_and(|speed| speed > 0), "{begun:?}");

    let question_id = &conversation.messages[0].id;
    let of_question = app.backend.answer_details(&app.caller, question_id).await;
    assert_eq!(of_question, Err(Problem::NotFound), "a question has none");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_reading_pictures_takes_is_told_before_they_are_sent() {
    let app = TestApp::new().await;
    let pictures = [uploaded(&app, 256).await, uploaded(&app, 64).await];
    let costs = app.backend.reading_costs(&app.caller, &pictures[..1]).await.unwrap();
    assert_eq!(costs.map(|cost| cost.tokens), [PICTURE_TOKENS; 3], "this model sees no more in high detail");
    let both = app.backend.reading_costs(&app.caller, &pictures).await.unwrap();
    assert_eq!(both.map(|cost| cost.tokens), [PICTURE_TOKENS + 5 * 4; 3], "a small picture is shown as it is");

    let many = vec![pictures[0].clone(); 17];
    let refused = app.backend.reading_costs(&app.caller, &many).await;
    assert_eq!(refused, Err(Problem::TooManyPictures { limit: 16 }));
    let unknown = app.backend.reading_costs(&app.caller, &["no-such-picture".into()]).await;
    assert_eq!(unknown, Err(Problem::NotFound));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chosen_detail_stays_with_the_question() {
    let app = TestApp::new().await;
    let asked = NewMessage {
        picture_ids: vec![uploaded(&app, 256).await],
        picture_detail: PictureDetail::Low,
        ..question("What is in this picture?")
    };
    let begun = app.ask(asked.clone()).await;
    let first = app.ended(&begun.conversation_id).await;
    assert_eq!(first.messages[0].picture_detail, PictureDetail::Low);

    app.backend.regenerate(&app.caller, "again", &begun.answer_id).await.unwrap();
    assert_eq!(app.ended(&first.id).await.messages[0].picture_detail, PictureDetail::Low);
    // As the page edits: with the detail that the question has.
    let edited = NewMessage {
        key: "edited".into(),
        conversation_id: Some(first.id.clone()),
        text: "What color is the circle?".into(),
        picture_detail: first.messages[0].picture_detail,
        ..asked
    };
    app.ask(edited).await;
    let second = app.ended(&first.id).await;
    let follow_up = NewMessage {
        conversation_id: Some(first.id.clone()),
        parent_id: Some(second.messages[1].id.clone()),
        picture_detail: PictureDetail::High,
        ..question("And now?")
    };
    app.ask(follow_up).await;
    let last = app.ended(&first.id).await;
    let shown: Vec<PictureDetail> = last.messages.iter().step_by(2).map(|message| message.picture_detail).collect();
    assert_eq!(shown, [PictureDetail::Low, PictureDetail::High]);

    let mut stored = Vec::new();
    for id in [&first.messages[0].id, &second.messages[0].id, &last.messages[2].id] {
        stored.push(app.storage.message(&app.caller.user_id, id).await.unwrap().picture_detail);
    }
    use storage::PictureDetail::{High, Low};
    assert_eq!(stored, [Low, Low, High]);
}
