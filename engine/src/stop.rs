//! Stop strings, found also where they lie over several tokens; they are never shown.

/// Holds back what may be the beginning of a stop string.
pub struct StopFilter {
    stops: Vec<String>,
    held: String,
}

impl StopFilter {
    /// Empty strings stop nothing.
    pub fn new(stops: &[String]) -> Self {
        Self { stops: stops.iter().filter(|stop| !stop.is_empty()).cloned().collect(), held: String::new() }
    }

    /// What of the text so far may be shown, and whether a stop string ended it.
    pub fn push(&mut self, text: String) -> (String, bool) {
        if self.held.is_empty() {
            self.held = text;
        } else {
            self.held.push_str(&text);
        }
        if let Some(at) = self.stops.iter().filter_map(|stop| self.held.find(stop.as_str())).min() {
            let shown = self.held[..at].to_owned();
            self.held.clear();
            return (shown, true);
        }
        let is_beginning = |at: &usize| self.stops.iter().any(|stop| stop.starts_with(&self.held[*at..]));
        let at = self.held.char_indices().map(|(at, _)| at).find(is_beginning).unwrap_or(self.held.len());
        let held = self.held.split_off(at);
        (std::mem::replace(&mut self.held, held), false)
    }

    /// At another end, what was held back is shown after all.
    pub fn finish(&mut self) -> String {
        std::mem::take(&mut self.held)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_stops_over_token_boundaries() {
        let mut filter = StopFilter::new(&["END".into(), "\n\n".into(), String::new()]);
        assert_eq!(filter.push("a E".into()), ("a ".into(), false));
        assert_eq!(filter.push("N".into()), (String::new(), false));
        assert_eq!(filter.push("T\n".into()), ("ENT".into(), false));
        assert_eq!(filter.push("x E".into()), ("\nx ".into(), false));
        assert_eq!(filter.push("ND and more".into()), (String::new(), true));
    }

    #[test]
    fn shows_at_the_end_what_was_held_back() {
        let mut filter = StopFilter::new(&["été!".into()]);
        assert_eq!(filter.push("un été".into()), ("un ".into(), false));
        assert_eq!(filter.finish(), "été");
        assert_eq!(StopFilter::new(&[]).push("all".into()), ("all".into(), false));
    }

    #[test]
    fn the_first_of_several_ends_it() {
        let mut filter = StopFilter::new(&["c".into(), "b".into()]);
        assert_eq!(filter.push("abc".into()), ("a".into(), true));
    }
}
