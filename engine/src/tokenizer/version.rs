//! How conversations are spelt, by the tokenizer's version (mistral-common 1.13, `TokenizerVersion`). Versions that
//! differ in tools only are one here.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstructVersion {
    /// `[INST]` and `[/INST]` are text; the system prompt is in the first turn.
    V1,
    /// 2 and 3: `[INST]` and `[/INST]` are tokens; the system prompt is in the last turn.
    V3,
    /// 7, 11 and 13: the system prompt has tokens of its own.
    V7,
}

impl InstructVersion {
    /// `version` as `tekken.json` has it; the first such files name none.
    pub fn of_tekken(version: Option<&str>) -> Result<Self, String> {
        match version {
            None | Some("v3") => Ok(Self::V3),
            Some("v7" | "v11" | "v13") => Ok(Self::V7),
            Some(other) => Err(format!("its version is {other:?}, and Chaton knows v3, v7, v11 and v13")),
        }
    }

    /// By the tokens that a vocabulary has.
    pub fn of_control_tokens(has: impl Fn(&str) -> bool) -> Self {
        match (has("[INST]"), has("[SYSTEM_PROMPT]")) {
            (_, true) => Self::V7,
            (true, false) => Self::V3,
            (false, false) => Self::V1,
        }
    }

    /// `template`: Jinja, or the name of one of llama.cpp's own (`src/llama-chat.cpp`). `None`: it does not say.
    pub fn of_chat_template(template: &str) -> Option<Self> {
        match template {
            "mistral-v1" => Some(Self::V1),
            "mistral-v3" | "mistral-v3-tekken" => Some(Self::V3),
            "mistral-v7" | "mistral-v7-tekken" => Some(Self::V7),
            jinja if jinja.contains("[SYSTEM_PROMPT]") => Some(Self::V7),
            jinja if jinja.contains("[INST]") => Some(Self::V3),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_by_every_sign() {
        for (version, expected) in
            [(None, InstructVersion::V3), (Some("v3"), InstructVersion::V3), (Some("v13"), InstructVersion::V7)]
        {
            assert_eq!(InstructVersion::of_tekken(version), Ok(expected));
        }
        assert!(InstructVersion::of_tekken(Some("v99")).is_err_and(|reason| reason.contains("\"v99\"")));
        assert_eq!(InstructVersion::of_control_tokens(|_| false), InstructVersion::V1);
        assert_eq!(InstructVersion::of_control_tokens(|name| name == "[INST]"), InstructVersion::V3);
        assert_eq!(InstructVersion::of_control_tokens(|_| true), InstructVersion::V7);
        assert_eq!(InstructVersion::of_chat_template("mistral-v1"), Some(InstructVersion::V1));
        let jinja = "{{ '[SYSTEM_PROMPT]' + message['content'] }}[INST]";
        assert_eq!(InstructVersion::of_chat_template(jinja), Some(InstructVersion::V7));
        assert_eq!(InstructVersion::of_chat_template("{{ bos_token }}[INST]"), Some(InstructVersion::V3));
        assert_eq!(InstructVersion::of_chat_template("<|im_start|>"), None);
    }
}
