//! A running answer as its readers see it: any number of them, each from wherever it stopped reading.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use app::types::{AnswerState, GenerationEvent, Phase};
use engine::Canceller;
use markup::Change;
use tokio::sync::watch;

/// No answer has so many tokens.
const SEQ_BITS_OF_ONE_MODEL: u32 = 24;

pub struct Live {
    state: Mutex<State>,
    /// Counts changes, to wake readers.
    changed: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    /// Tokens journalled and shown, then one more for the end.
    seq: i64,
    /// What happens before the first word, and a count of its changes.
    phase: Option<(u64, Phase)>,
    text: String,
    markdown: markup::Stream,
    /// Parallel to the blocks: the `seq` with which each last changed.
    block_seqs: Vec<i64>,
    end: Option<AnswerState>,
    canceller: Option<Canceller>,
    stop_wanted: bool,
}

impl Live {
    /// `shown_before`: what another model had written. Its tokens were counted as well, so counting goes on above all
    /// that it can have reached: a reader of then is sent everything again.
    pub fn new(shown_before: &str) -> Arc<Live> {
        let seq = (shown_before.len() as i64) << SEQ_BITS_OF_ONE_MODEL;
        let live = Live { state: Mutex::new(State { seq, ..State::default() }), changed: watch::Sender::new(0) };
        live.push(0, shown_before);
        Arc::new(live)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    /// The model took the request: from now on it can be stopped. A stop that came earlier is carried out.
    pub fn started(&self, canceller: Canceller) {
        let mut state = self.state();
        if state.stop_wanted {
            canceller.cancel();
        }
        state.canceller = Some(canceller);
    }

    pub fn stop(&self) {
        let mut state = self.state();
        state.stop_wanted = true;
        if let Some(canceller) = &state.canceller {
            canceller.cancel();
        }
    }

    pub fn stop_wanted(&self) -> bool {
        self.state().stop_wanted
    }

    pub fn set_phase(&self, phase: Phase) {
        let mut state = self.state();
        let count = state.phase.as_ref().map_or(0, |(count, _)| count + 1);
        state.phase = Some((count, phase));
        drop(state);
        self.wake();
    }

    /// `tokens` more were journalled; together they show `text`.
    pub fn push(&self, tokens: u32, text: &str) {
        let mut state = self.state();
        state.seq += i64::from(tokens);
        state.text.push_str(text);
        let change = state.markdown.push(text);
        state.note(&change);
        drop(state);
        self.wake();
    }

    /// The text is whole: what was still open is rendered as it is. Readers are told of the end by `end` only, once
    /// it is stored.
    pub fn finish_text(&self, tail: &str) -> String {
        let mut state = self.state();
        state.seq += 1;
        state.text.push_str(tail);
        if !tail.is_empty() {
            let change = state.markdown.push(tail);
            state.note(&change);
        }
        let change = state.markdown.finish();
        state.note(&change);
        let text = state.text.clone();
        drop(state);
        self.wake();
        text
    }

    pub fn text(&self) -> String {
        self.state().text.clone()
    }

    pub fn end(&self, end: AnswerState) {
        self.state().end = Some(end);
        self.wake();
    }

    /// (blocks, seq, text) as a page drawn now shows them.
    pub fn snapshot(&self) -> (Vec<String>, i64, String) {
        let state = self.state();
        (state.markdown.blocks().to_vec(), state.seq, state.text.clone())
    }
}

impl State {
    fn note(&mut self, change: &Change) {
        self.block_seqs.truncate(change.keep);
        self.block_seqs.resize(change.keep + change.blocks.len(), self.seq);
        if change.blocks.is_empty()
            && let Some(last) = self.block_seqs.last_mut()
        {
            // Blocks may have vanished behind it: sending it again tells where the answer ends now.
            *last = self.seq;
        }
    }

    /// What a reader that knows everything up to `seq` lacks.
    fn text_after(&self, seq: i64) -> Option<GenerationEvent> {
        if self.seq <= seq {
            return None;
        }
        let keep = self.block_seqs.iter().position(|changed| *changed > seq).unwrap_or(self.block_seqs.len());
        let blocks = self.markdown.blocks().get(keep..).unwrap_or_default().to_vec();
        Some(GenerationEvent::Text { seq: self.seq, keep: keep as u32, blocks })
    }
}

/// One reader.
pub struct Subscription {
    live: Arc<Live>,
    changed: watch::Receiver<u64>,
    seq: i64,
    phase_count: Option<u64>,
    ended: bool,
}

impl Subscription {
    pub fn new(live: Arc<Live>, after: i64) -> Subscription {
        let mut changed = live.changed.subscribe();
        // What is there already counts as news.
        changed.mark_changed();
        Subscription { live, changed, seq: after, phase_count: None, ended: false }
    }

    /// Waits for news and returns all of it; None after the end.
    pub async fn next(&mut self) -> Option<Vec<GenerationEvent>> {
        loop {
            if self.ended {
                return None;
            }
            self.changed.changed().await.ok()?;
            let news = self.collect();
            if !news.is_empty() {
                return Some(news);
            }
        }
    }

    fn collect(&mut self) -> Vec<GenerationEvent> {
        let state = self.live.state();
        let mut news = Vec::new();
        if let Some((count, phase)) = &state.phase
            && state.text.is_empty()
            && self.phase_count.is_none_or(|known| known < *count)
        {
            self.phase_count = Some(*count);
            news.push(GenerationEvent::Phase(phase.clone()));
        }
        if let Some(text) = state.text_after(self.seq) {
            self.seq = state.seq;
            news.push(text);
        }
        if let Some(end) = &state.end {
            self.ended = true;
            news.push(GenerationEvent::Done { state: end.clone(), text: state.text.clone() });
        }
        news
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// What a page shows after it applied `events` to `blocks`.
    fn apply(blocks: &mut Vec<String>, events: Vec<GenerationEvent>) -> Option<AnswerState> {
        let mut end = None;
        for event in events {
            match event {
                GenerationEvent::Text { keep, blocks: new, .. } => {
                    blocks.truncate(keep as usize);
                    blocks.extend(new);
                }
                GenerationEvent::Done { state, .. } => end = Some(state),
                GenerationEvent::Phase(_) => {}
            }
        }
        end
    }

    #[tokio::test]
    async fn readers_from_anywhere_end_with_the_same_blocks() {
        let text = "# One\n\nSome *words* and\n- a\n- list\n\n```rust\nfn main() {}\n```\n\nThe end.";
        let live = Live::new("");
        let mut early = Subscription::new(live.clone(), 0);
        let mut shown = Vec::new();
        let mut late = Vec::new();
        for (index, letter) in text.chars().enumerate() {
            live.push(1, &letter.to_string());
            apply(&mut shown, early.next().await.unwrap());
            assert_eq!(shown, live.snapshot().0);
            if index % 7 == 0 {
                late.push((live.snapshot().1, live.snapshot().0));
            }
        }
        live.finish_text("");
        live.end(AnswerState::Complete);
        for (seq, mut blocks) in late {
            let mut reader = Subscription::new(live.clone(), seq);
            let end = apply(&mut blocks, reader.next().await.unwrap());
            assert_eq!(blocks, markup::render(text), "from {seq}");
            assert_eq!(end, Some(AnswerState::Complete));
            assert!(reader.next().await.is_none());
        }
    }

    #[tokio::test]
    async fn phases_come_before_the_first_word_only() {
        let live = Live::new("");
        let mut reader = Subscription::new(live.clone(), 0);
        live.set_phase(Phase::Queued { ahead: 2, seconds: Some(20) });
        assert_eq!(
            reader.next().await.unwrap(),
            [GenerationEvent::Phase(Phase::Queued { ahead: 2, seconds: Some(20) })]
        );
        live.set_phase(Phase::Thinking);
        live.push(1, "Hi");
        let news = reader.next().await.unwrap();
        assert!(matches!(news[..], [GenerationEvent::Text { seq: 1, keep: 0, .. }]), "{news:?}");
    }

    #[test]
    fn a_reader_of_another_models_tokens_is_sent_everything_again() {
        let live = Live::new("What the old model wrote.");
        live.push(1, " And the new one.");
        let all = live.state().text_after(500);
        let Some(GenerationEvent::Text { keep: 0, blocks, .. }) = all else { panic!("{all:?}") };
        assert_eq!(blocks, ["<p>What the old model wrote. And the new one.</p>"]);
    }
}
