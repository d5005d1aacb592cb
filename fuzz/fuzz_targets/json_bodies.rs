//! JSON from a browser, read as every type of the wire. What could be read is written and read again as the same.
#![no_main]

use app::types::{
    AccountView, AnswerDetails, AnswerState, ConversationSummary, ConversationView, GenerationEvent, GenerationStarted,
    Language, MessageView, ModelCard, NewMessage, Phase, PictureDetail, PictureView, Preferences, Problem, ReadDetails,
    ReadingCost, Role, SessionView, TeamRole, Theme, Versions,
};
use serde::{Serialize, de::DeserializeOwned};

fn read_as<Kind: Serialize + DeserializeOwned + PartialEq>(bytes: &[u8]) {
    if let Ok(value) = serde_json::from_slice::<Kind>(bytes) {
        let written = serde_json::to_vec(&value).expect("what was read can be written");
        assert!(serde_json::from_slice::<Kind>(&written).is_ok_and(|again| again == value));
    }
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    read_as::<NewMessage>(bytes);
    read_as::<AccountView>(bytes);
    read_as::<AnswerDetails>(bytes);
    read_as::<AnswerState>(bytes);
    read_as::<ConversationSummary>(bytes);
    read_as::<ConversationView>(bytes);
    read_as::<GenerationEvent>(bytes);
    read_as::<GenerationStarted>(bytes);
    read_as::<Language>(bytes);
    read_as::<MessageView>(bytes);
    read_as::<ModelCard>(bytes);
    read_as::<Phase>(bytes);
    read_as::<PictureDetail>(bytes);
    read_as::<PictureView>(bytes);
    read_as::<Preferences>(bytes);
    read_as::<Problem>(bytes);
    read_as::<ReadDetails>(bytes);
    read_as::<ReadingCost>(bytes);
    read_as::<Role>(bytes);
    read_as::<SessionView>(bytes);
    read_as::<TeamRole>(bytes);
    read_as::<Theme>(bytes);
    read_as::<Versions>(bytes);
});
