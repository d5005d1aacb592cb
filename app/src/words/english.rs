use super::{Words, problems};
use crate::types::Language;

pub const ENGLISH: Words = Words {
    language: Language::English,

    conversations: "Conversations",
    new_chat: "New chat",
    options_for: |title| format!("Options for {title}"),
    rename: "Rename",
    delete: "Delete",
    new_title: "New title",
    conversation_deleted: "Conversation deleted.",
    undo: "Undo",
    no_conversations: "Your conversations will be here.",
    settings: "Settings",
    show_conversations: "Show conversations",
    hide_conversations: "Hide conversations",
    skip_to_content: "Skip to content",

    model: "Model",
    demo_model: "Demo model",

    hello: "Add a picture. Ask about it.",
    stays_here: "Everything stays on this computer.",
    examples: "Pictures to try",
    demo_knows: "Demo: drawings, printed words, charts, icons and clocks only. For photos,",
    get_pixtral: "get Pixtral 12B",
    ask_shapes: "What is in this picture?",
    ask_word: "What does it say?",
    ask_bars: "How many bars are there?",
    drop_here: "Drop to add the picture",

    send_a_message: "Send a message",
    message: "Message",
    ask_about: "Ask about a picture…",
    attach_pictures: "Attach pictures",
    send: "Send",
    stop: "Stop",
    open_picture: |name| format!("Open picture {name}"),
    remove_picture: |name| format!("Remove picture {name}"),
    uploading: |name| format!("Adding {name}"),
    wait_for_uploads: "Sending as soon as the pictures are here…",
    answers_can_be_wrong: "Answers can be wrong: check what matters.",

    conversation: "Conversation",
    you: "You",
    assistant: "Assistant",
    copy: "Copy",
    copied: "Copied.",
    copy_failed: "Could not copy: select the text and copy it yourself.",
    regenerate: "Regenerate",
    continue_answer: "Continue",
    edit: "Edit",
    edit_message: "Edit message",
    save_and_send: "Save and send",
    cancel: "Cancel",
    previous_version: "Previous version",
    next_version: "Next version",
    version_of: |number, count| format!("{number} of {count}"),
    jump_to_end: "Jump to the end",
    answer_ready: "The answer is ready.",

    details: "Details",
    details_model: "Model",
    details_read: "Read",
    details_tokens_read: |all, pictures, kept| {
        let pictures = if pictures > 0 { format!(", {pictures} of them for pictures") } else { String::new() };
        let kept = if kept > 0 { format!(", {kept} already known from before") } else { String::new() };
        format!("{all} tokens{pictures}{kept}")
    },
    details_seen: "Saw",
    details_pictures: |sizes, kept| {
        let sizes: Vec<String> = sizes.iter().map(|(width, height)| format!("{width} × {height}")).collect();
        let kept = match (kept, sizes.len()) {
            (0, _) => String::new(),
            (_, 1) => " (kept from before)".into(),
            (kept, all) => format!(" ({kept} of {all} kept from before)"),
        };
        format!("{} pixels{kept}", sizes.join(", "))
    },
    details_first_word: "First word after",
    details_seconds: |ms| if ms < 1000 { format!("{ms} ms") } else { format!("{}.{} s", ms / 1000, ms % 1000 / 100) },
    details_written: "Wrote",
    details_tokens_written: |tokens, speed| {
        let unit = if tokens == 1 { "token" } else { "tokens" };
        let speed = speed.map(|speed| format!(", {}.{} a second", speed / 100, speed % 100 / 10)).unwrap_or_default();
        format!("{tokens} {unit}{speed}")
    },
    details_unknown: "Nothing was noted about this answer.",
    picture_detail: "Picture detail",
    detail_names: ["Low", "Automatic", "High"],
    detail_cost: |name, tokens, seconds| {
        let seconds = seconds.map(|seconds| format!(", about {seconds} s to read")).unwrap_or_default();
        format!("{name} ({tokens} tokens{seconds})")
    },

    queued: |ahead, seconds| {
        let place = if ahead == 0 { "Next".into() } else { ordinal(ahead + 1) };
        let seconds = seconds.map(|seconds| format!(", about {seconds} s")).unwrap_or_default();
        format!("{place} in the queue{seconds}…")
    },
    reading: |picture, of, percent| match of {
        1 => format!("Reading the picture… {percent} %"),
        of => format!("Reading picture {picture} of {of}… {percent} %"),
    },
    thinking: "Thinking…",
    stopped: "Stopped.",
    too_long: "The answer reached its length limit.",
    repeating: "Stopped: the model began to repeat itself.",
    interrupted: "The answer was interrupted. What you see is saved.",
    failed: "The model could not finish this answer. What you see is saved; try Regenerate.",
    changed_model: "Begun by another model, continued by this one.",
    connection_lost: "Connection lost. What you see is saved; the answer resumes by itself.",
    updated: "Chaton was updated.",
    reload: "Reload",

    picture: "Picture",
    close: "Close",
    previous_picture: "Previous picture",
    next_picture: "Next picture",
    zoom: "Zoom",

    language_label: "Language",
    theme: "Theme",
    theme_system: "System",
    theme_light: "Light",
    theme_dark: "Dark",
    save: "Save",
    account: "Your account",
    signed_in_as: |name| format!("Signed in as {name}."),
    change_password: "Change the password",
    your_groups: "Your groups",
    administration: "Administration",
    browsers: "Signed-in browsers",
    browsers_explained: "Whoever sits at one of these can read your conversations. Sign out those you no longer use.",
    browser_on: |browser, system| format!("{browser} on {system}"),
    unknown_browser: "A browser",
    this_browser: "this one",
    used_days_ago: |days| match days {
        0 => "used today".into(),
        1 => "used yesterday".into(),
        days => format!("used {days} days ago"),
    },
    sign_out: "Sign out",
    sign_out_browser: |name| format!("Sign out {name}"),
    export_title: "Your data",
    export_explained: "All your conversations and pictures in one ZIP file.",
    export: "Download everything",
    about: "About",
    version: "Version",
    not_affiliated: "Chaton is free software (Apache-2.0). Not affiliated with Mistral AI.",

    models_title: "Get Pixtral 12B",
    models_now_demo: "A small demo model answers now. It is built in, and it knows:",
    models_now: |name| format!("{name} answers now."),
    models_demo_knows: [
        "drawings of plain shapes: which, which colour, how many, where",
        "printed words, numbers, prices and dates, up to three lines",
        "bar charts, line charts and pie charts",
        "everyday things drawn as icons, flags and road signs",
        "clocks, dice and playing cards",
    ],
    models_demo_not: "Be patient with it: it is small, and often wrong about icons in a style that is new to it, in long lists, and when it describes several pictures at once. Of photos, people and long texts it says that it does not know them.",
    models_get_title: "For your own photos",
    models_steps: [
        "Download the three files of Pixtral-12B-2409 into one folder: consolidated.safetensors, params.json and tekken.json (25 GB). They are on Hugging Face under mistralai/Pixtral-12B-2409, and in Mistral's torrent.",
        "Stop Chaton and start it with that folder: chaton serve --model FOLDER",
        "That is all. Your conversations stay where they are.",
    ],
    models_memory: "The computer needs about as much free memory as the files are large. With less, take the same model as GGUF, in fewer bits: two files, the text and its mmproj, in one folder (8.4 GB as Q4_K_M).",

    not_found_title: "Nothing here",
    not_shown: "This could not be shown. Check that Chaton runs, then reload.",
    not_found: "This page or conversation does not exist, or was deleted.",
    signed_out_title: "Open Chaton with its link",
    signed_out: "Chaton printed a link in the terminal, the window where it was started. Open that link once in this browser; after that it knows you. Each link works once; the terminal shows the next one below it.",
    refused_title: "Not from here",
    refused_host: "Chaton answers only under this computer's own name. Open it as http://localhost with its port.",
    refused_origin: "Another page tried to change something here. Nothing was changed. Go back to Chaton and try again.",
    refused_forwarded: "This request came through a proxy, and without accounts everybody behind it could read everything. Open Chaton directly on its computer; for several people it needs the team mode (--team).",

    problem: problems::english,
};

fn ordinal(number: u32) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

#[cfg(test)]
mod tests {
    use super::{ENGLISH, ordinal};

    #[test]
    fn places_in_the_queue_are_english() {
        let places = [2, 3, 4, 11, 12, 13, 21, 22, 23, 61, 62, 63, 101, 111, 112, 113, 121].map(ordinal);
        let expected = [
            "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "23rd", "61st", "62nd", "63rd", "101st",
            "111th", "112th", "113th", "121st",
        ];
        assert_eq!(places, expected);
        assert_eq!((ENGLISH.queued)(0, None), "Next in the queue…");
        assert_eq!((ENGLISH.queued)(61, Some(20)), "62nd in the queue, about 20 s…");
    }
}
