//! The words of one answer: sampled ids in, showable text out, and where it ends.

use crate::{
    event::FinishReason, model::Model, repetition::RepetitionDetector, request::Parameters, stop::StopFilter,
    tokenizer::Detokenizer,
};

pub struct Answer {
    detokenizer: Detokenizer,
    stop: StopFilter,
    repetition: RepetitionDetector,
    count: u32,
    /// Tokens that length limit and context leave.
    limit: u32,
    ended_by_stop: bool,
}

impl Answer {
    pub fn new(model: &Model, parameters: &Parameters, prompt_tokens: usize) -> Self {
        let room = model.info.context_tokens.saturating_sub(prompt_tokens as u32);
        Self {
            detokenizer: model.tokenizer.detokenizer(),
            stop: StopFilter::new(&parameters.stop),
            repetition: RepetitionDetector::new(),
            count: 0,
            limit: parameters.max_tokens.unwrap_or(room).min(room),
            ended_by_stop: false,
        }
    }

    /// Tokens so far; the index of the next.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Takes token `id`: the text that became showable, and the reason if the answer ends here.
    pub fn push(&mut self, model: &Model, id: u32) -> (String, Option<FinishReason>) {
        self.count += 1;
        if id == model.control.end {
            return (String::new(), Some(FinishReason::Stop));
        }
        // Control tokens show nothing.
        let bytes = model.tokenizer.token_bytes(id).unwrap_or_default();
        let (text, stopped) = self.stop.push(self.detokenizer.push(bytes));
        self.ended_by_stop = stopped;
        let is_endless = self.repetition.push(id);
        let reason = if stopped {
            Some(FinishReason::Stop)
        } else if is_endless {
            Some(FinishReason::Repetition)
        } else if self.count >= self.limit {
            Some(FinishReason::Length)
        } else {
            None
        };
        (text, reason)
    }

    /// What was held back and is shown after all.
    pub fn tail(&mut self) -> String {
        if self.ended_by_stop {
            return String::new();
        }
        let (shown, stopped) = self.stop.push(self.detokenizer.finish());
        if stopped { shown } else { shown + &self.stop.finish() }
    }
}
