//! How far the pictures of a prompt are read, in percent of the work: encoding a picture and reading its tokens both
//! cost about (weights used) times (positions).

use tokio::sync::mpsc::UnboundedSender;

use crate::{event::Event, model::Model, prompt::Prompt};

pub struct ReadingProgress {
    pictures: Vec<PictureWork>,
    /// The last that was told: (picture, percent).
    told: (usize, u32),
}

struct PictureWork {
    /// Its tokens in the prompt.
    first_token: usize,
    end_token: usize,
    /// Work of one encoder layer, and of one prompt token.
    layer_work: f64,
    layers: usize,
    token_work: f64,
}

impl ReadingProgress {
    pub fn new(model: &Model, prompt: &Prompt) -> Self {
        let mut pictures = Vec::new();
        if let Some(vision) = &model.config.vision {
            let text = &model.config.text;
            let block = |width: usize, attention: usize, feed_forward: usize| {
                (2 * width * attention + 3 * width * feed_forward) as f64
            };
            let layer = block(vision.width, 2 * vision.heads * vision.head_dim, vision.feed_forward);
            let text_attention = (text.heads + text.kv_heads) * text.head_dim;
            let token_work =
                block(text.width, text_attention, text.feed_forward * text.experts.map_or(1, |experts| experts.used))
                    * text.layers as f64;
            for picture in &prompt.pictures {
                let (first_token, end_token) = (picture.first_token, picture.first_token + picture.tokens);
                let layer_work = layer * (picture.image_tokens * vision.merge * vision.merge) as f64;
                let layers = vision.layers;
                pictures.push(PictureWork { first_token, end_token, layer_work, layers, token_work });
            }
        }
        Self { pictures, told: (0, 0) }
    }

    /// `layers` of picture `index` (from 0) are done.
    pub fn encoded(&mut self, index: usize, layers: usize, events: &UnboundedSender<Event>) {
        self.tell(index, layers, 0, events);
    }

    /// The prompt is read up to `position`.
    pub fn read_to(&mut self, position: usize, events: &UnboundedSender<Event>) {
        let Some(index) = self.pictures.iter().rposition(|work| work.first_token < position) else { return };
        let read = position.min(self.pictures[index].end_token) - self.pictures[index].first_token;
        self.tell(index, self.pictures[index].layers, read, events);
    }

    fn tell(&mut self, index: usize, layers: usize, tokens: usize, events: &UnboundedSender<Event>) {
        let Some(work) = self.pictures.get(index) else { return };
        let whole = work.layer_work * work.layers as f64 + work.token_work * (work.end_token - work.first_token) as f64;
        let done = work.layer_work * layers as f64 + work.token_work * tokens as f64;
        let percent = (done / whole * 100.0) as u32;
        // It never seems to go back: the next picture is encoded before the last rows of this one are read.
        if (index + 1, percent) > self.told {
            self.told = (index + 1, percent);
            let of = self.pictures.len() as u32;
            let _ = events.send(Event::Reading { picture: index as u32 + 1, of, percent });
        }
    }
}
