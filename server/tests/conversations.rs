//! Questions and answers through the backend, with the built-in model.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use app::{
    backend::Backend,
    types::{AnswerState, Caller, GenerationStarted, MessageView, NewMessage, Problem, Role},
};
use image::ImageFormat;
use server::backend::ChatBackend;
use storage::{GenerationEnd, GenerationState};
use support::{TestApp, encoded, question, red_circle};

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_seen_and_a_follow_up_is_about_the_same_picture() {
    let app = TestApp::new().await;
    let picture = app.upload("circle.png", &encoded(red_circle(256), ImageFormat::Png)).await.picture();
    let mut first = question("What is in this picture?");
    first.picture_ids = vec![picture.id.clone()];
    let begun = app.ask(first).await;

    let conversation = app.ended(&begun.conversation_id).await;
    assert_eq!(conversation.title, "What is in this picture?");
    let [asked, answer] = &conversation.messages[..] else { panic!("{conversation:?}") };
    assert_eq!((asked.role, answer.role), (Role::User, Role::Assistant));
    assert_eq!(asked.pictures.first(), Some(&picture));
    assert!(answer.text.contains("red circle"), "{}", answer.text);
    assert_eq!(answer.state, AnswerState::Complete);
    assert_eq!(answer.blocks, markup::render(&answer.text));

    let follow_up = NewMessage {
        conversation_id: Some(conversation.id.clone()),
        parent_id: Some(answer.id.clone()),
        ..question("What color is the background?")
    };
    let begun = app.ask(follow_up).await;
    assert_eq!(begun.conversation_id, conversation.id);
    let conversation = app.ended(&conversation.id).await;
    assert!(conversation.messages[3].text.contains("white"), "{}", conversation.messages[3].text);

    let listed = app.backend.list_conversations(&app.caller).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].picture, Some(picture));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_sends_once() {
    let app = TestApp::new().await;
    let (first, second) = tokio::join!(app.ask(question("Hello")), app.ask(question("Hello")));
    assert_eq!(first, second);
    assert_eq!(app.ask(question("Hello")).await, first);
    let conversation = app.ended(&first.conversation_id).await;
    assert_eq!(conversation.messages.len(), 2);
    assert_eq!(app.backend.list_conversations(&app.caller).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_ends_while_it_is_read_is_not_called_interrupted() {
    let app = TestApp::new().await;
    for index in 0..40 {
        let begun = app.ask(question(&format!("Hello {index}"))).await;
        let state = loop {
            let at = Some(begun.answer_id.as_str());
            let view = app.backend.get_conversation(&app.caller, &begun.conversation_id, at).await.unwrap();
            if view.messages[1].state != AnswerState::Running {
                break view.messages[1].state.clone();
            }
        };
        assert_eq!(state, AnswerState::Complete, "answer {index}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn editing_and_regenerating_make_versions_and_lose_nothing() {
    let app = TestApp::new().await;
    let begun = app.ask(question("Hello")).await;
    let before = app.ended(&begun.conversation_id).await;
    let id = before.id.clone();

    let edited = NewMessage { conversation_id: Some(id.clone()), ..question("Bonjour") };
    app.ask(edited).await;
    let after = app.ended(&id).await;
    assert_eq!(after.messages[0].text, "Bonjour");
    assert_eq!(after.messages[0].versions.ids.len(), 2);
    assert_eq!(after.messages[0].versions.index, 1);

    let old = app.backend.get_conversation(&app.caller, &id, Some(&before.messages[0].id)).await.unwrap();
    assert_eq!(old.messages[0].text, "Hello");
    assert_eq!(old.messages[1].text, before.messages[1].text);
    assert_eq!(app.conversation(&id).await.messages[0].text, "Hello", "the branch looked at is kept");

    let again = app.backend.regenerate(&app.caller, "another key", &before.messages[1].id).await.unwrap();
    let regenerated = app.ended(&id).await;
    assert_eq!(regenerated.messages[1].id, again.answer_id);
    assert_eq!(regenerated.messages[1].versions.ids.len(), 2);
    let twice = app.backend.regenerate(&app.caller, "another key", &before.messages[1].id).await.unwrap();
    assert_eq!(twice, again);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_is_refused_before_anything_is_kept() {
    let app = TestApp::new().await;
    let refuse = async |message: NewMessage| app.backend.send_message(&app.caller, message).await.unwrap_err();

    assert_eq!(refuse(question(" \n")).await, Problem::EmptyMessage);
    let mut many = question("What are these?");
    many.picture_ids = vec!["x".into(); 17];
    assert_eq!(refuse(many).await, Problem::TooManyPictures { limit: 16 });
    let too_long = refuse(question(&"word ".repeat(200_000))).await;
    assert!(
        matches!(too_long, Problem::TooLongForContext { tokens, limit_tokens } if tokens > limit_tokens),
        "{too_long:?}"
    );
    let mut unknown = question("What is this?");
    unknown.picture_ids = vec!["no-such-picture".into()];
    assert_eq!(refuse(unknown).await, Problem::NotFound);
    assert_eq!(refuse(question(&"x".repeat(2_000_001))).await, Problem::RequestTooLarge);
    let mut keyless = question("Hello");
    keyless.key.clear();
    assert_eq!(refuse(keyless).await, Problem::BadRequest);

    assert_eq!(app.backend.list_conversations(&app.caller).await.unwrap(), []);
    let begun = app.ask(question("Hello")).await;
    assert_eq!(app.ended(&begun.conversation_id).await.messages.len(), 2, "a good message works right after");
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_are_renamed_deleted_and_brought_back() {
    let app = TestApp::new().await;
    let begun = app.ask(question("Hello")).await;
    let id = begun.conversation_id;
    app.ended(&id).await;

    app.backend.rename_conversation(&app.caller, &id, "  Greetings ").await.unwrap();
    assert_eq!(app.conversation(&id).await.title, "Greetings");
    assert_eq!(app.backend.rename_conversation(&app.caller, &id, " ").await, Err(Problem::BadRequest));

    app.backend.delete_conversation(&app.caller, &id).await.unwrap();
    assert_eq!(app.backend.get_conversation(&app.caller, &id, None).await.unwrap_err(), Problem::NotFound);
    assert_eq!(app.backend.list_conversations(&app.caller).await.unwrap(), []);
    app.backend.restore_conversation(&app.caller, &id).await.unwrap();
    assert_eq!(app.conversation(&id).await.title, "Greetings");
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_things_look_missing() {
    let app = TestApp::new().await;
    let picture = app.upload("circle.png", &encoded(red_circle(64), ImageFormat::Png)).await.picture();
    let begun = app.ask(question("Hello")).await;
    let conversation = app.ended(&begun.conversation_id).await;
    let (id, answer) = (conversation.id.as_str(), conversation.messages[1].id.as_str());
    let other = Caller { user_id: "somebody-else".into(), session_id: "theirs".into(), ..app.caller.clone() };
    let backend = &app.backend;

    let missing = Problem::NotFound;
    assert_eq!(backend.get_conversation(&other, id, None).await.unwrap_err(), missing);
    assert_eq!(backend.rename_conversation(&other, id, "mine").await.unwrap_err(), missing);
    assert_eq!(backend.delete_conversation(&other, id).await.unwrap_err(), missing);
    assert_eq!(backend.restore_conversation(&other, id).await.unwrap_err(), missing);
    assert_eq!(backend.regenerate(&other, "key", answer).await.unwrap_err(), missing);
    assert_eq!(backend.continue_answer(&other, answer).await.unwrap_err(), missing);
    assert_eq!(backend.stop_generation(&other, &begun.generation_id).await.unwrap_err(), missing);
    assert_eq!(backend.answer_details(&other, answer).await.unwrap_err(), missing);
    assert_eq!(backend.reading_costs(&other, &[picture.id]).await.unwrap_err(), missing);
    let intruding = NewMessage { conversation_id: Some(id.into()), ..question("Let me in") };
    assert_eq!(backend.send_message(&other, intruding).await.unwrap_err(), missing);
    assert_eq!(backend.list_conversations(&other).await.unwrap(), []);
    assert_eq!(backend.list_sessions(&other).await.unwrap(), []);
    assert_eq!(backend.end_session(&other, &app.caller.session_id).await.unwrap_err(), missing);
}

/// A question whose answer is cut off by a stop of the server, right after it was begun.
async fn cut_off(app: &TestApp, message: NewMessage) -> GenerationStarted {
    let begun = app.ask(NewMessage { key: "cut off".into(), ..message }).await;
    app.stop.send_replace(true);
    app.backend.at_rest().await;
    begun
}

async fn ended_answer(backend: &ChatBackend, app: &TestApp, conversation_id: &str) -> MessageView {
    for _ in 0..1200 {
        let view = backend.get_conversation(&app.caller, conversation_id, None).await.unwrap();
        if view.messages[1].state != AnswerState::Running {
            return view.messages[1].clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the answer never ended");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_left_for_continue_goes_on_once_and_is_shown_whole() {
    let app = TestApp::new().await;
    let begun = app.ask(question("Hello")).await;
    let undisturbed = app.ended(&begun.conversation_id).await.messages[1].text.clone();

    let begun = cut_off(&app, question("Hello")).await;
    let so_far = app.storage.generation_text(&begun.generation_id).await.unwrap();
    let end = GenerationEnd::without_report(GenerationState::Interrupted, so_far);
    assert!(app.storage.finish_generation(&begun.generation_id, end).await.unwrap());

    let (backend, _stop) = app.next_server();
    assert_eq!(ended_answer(&backend, &app, &begun.conversation_id).await.state, AnswerState::Interrupted);
    let go_on = || backend.continue_answer(&app.caller, &begun.answer_id);
    let (first, second) = tokio::join!(go_on(), go_on());
    assert_eq!((first, second), (Ok(begun.clone()), Ok(begun.clone())));
    let answer = ended_answer(&backend, &app, &begun.conversation_id).await;
    assert_eq!((answer.state, answer.text.as_str()), (AnswerState::Complete, undisturbed.as_str()));
    assert_eq!(answer.blocks, markup::render(&undisturbed));
}

#[tokio::test(flavor = "multi_thread")]
async fn orderly_restarts_do_not_count_against_an_answer() {
    let app = TestApp::new().await;
    let begun = cut_off(&app, question("Hello")).await;
    for _ in 0..4 {
        let (backend, stop) = app.next_server();
        // Stopped at once: it cannot have got far.
        let resumed = backend.resume_unfinished();
        stop.send_replace(true);
        resumed.await.unwrap();
        backend.at_rest().await;
    }
    let (backend, _stop) = app.next_server();
    backend.resume_unfinished().await.unwrap();
    assert_eq!(ended_answer(&backend, &app, &begun.conversation_id).await.state, AnswerState::Complete);
}

/// In models/mini/params.json.
const IMAGE_TOKEN: u32 = 10;

/// As when a server without a GPU takes up what one with a GPU began.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_goes_on_where_its_pictures_are_shown_in_another_size() {
    let app = TestApp::new().await;
    let picture = app.upload("circle.png", &encoded(red_circle(256), ImageFormat::Png)).await.picture();
    let begun =
        cut_off(&app, NewMessage { picture_ids: vec![picture.id], ..question("What is in this picture?") }).await;
    let generation = app.storage.generation(&app.caller.user_id, &begun.generation_id).await.unwrap();
    let mut journal = generation.journal;
    let sizes = std::mem::replace(&mut journal.picture_sizes, vec![(512, 512)]);
    journal.prompt_tokens.extend([IMAGE_TOKEN; 100]);
    app.storage.replace_journal(&begun.generation_id, journal, "This is ").await.unwrap();

    let (backend, _stop) = app.next_server();
    backend.resume_unfinished().await.unwrap();
    let answer = ended_answer(&backend, &app, &begun.conversation_id).await;
    assert_eq!((&answer.state, answer.changed_model), (&AnswerState::Complete, true));
    assert!(answer.text.starts_with("This is ") && answer.text.len() > 8, "{}", answer.text);
    let journal = app.storage.generation(&app.caller.user_id, &begun.generation_id).await.unwrap().journal;
    assert_eq!(journal.picture_sizes, sizes);
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_that_are_too_large_together_are_refused_before_they_are_decoded() {
    let app = TestApp::new().await;
    let mut pictures = Vec::new();
    for name in ["one.png", "two.png", "three.png"] {
        // 81 megapixels of one colour: a small file.
        let picture = image::GrayImage::new(9000, 9000);
        pictures.push(app.upload(name, &encoded(picture, ImageFormat::Png)).await.picture().id);
    }
    let mut message = question("What are these?");
    message.picture_ids = pictures;
    let refused = app.backend.send_message(&app.caller, message).await;
    assert_eq!(refused, Err(Problem::PicturesTooManyPixels { limit_megapixels: 200 }));
    assert_eq!(app.backend.list_conversations(&app.caller).await.unwrap(), []);
}
