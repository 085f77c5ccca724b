//! What was counted, and how it is told.

use serde::Serialize;

use crate::room::wilson;

/// The word where it was said, or something that sounds like it.
#[derive(Serialize)]
pub struct Called {
    pub condition: &'static str,
    pub who: &'static str,
    pub of: usize,
    /// In how many it was heard for certain.
    pub sure: usize,
    /// In how many more it was in doubt,
    pub doubts: usize,
    /// and of these, in how many the recogniser then read it; `None`: nobody looked.
    pub confirmed: Option<usize>,
    pub sure_95: [f64; 2],
    /// The voices of which it was not heard for certain, each with how often.
    pub missed: Vec<String>,
    /// Of near misses, those that were taken for it for certain.
    pub heard: Vec<String>,
}

/// Sound in which nobody said the word.
#[derive(Serialize)]
pub struct Without {
    pub condition: &'static str,
    pub hours: f64,
    /// How often it was heard for certain all the same,
    pub false_accepts: usize,
    /// with the recordings in which it was.
    pub in_recordings: Vec<String>,
    pub doubts: usize,
    pub confirmed: Option<usize>,
}

/// All of that together.
#[derive(Serialize)]
pub struct Total {
    pub hours: f64,
    /// As long as the speech is without being mixed again, and what people recorded of it.
    pub distinct_hours: f64,
    pub people_hours: f64,
    pub false_accepts: usize,
    pub per_hour: f64,
    /// The upper 95 % bound by the hours that were listened to, and by the distinct ones: the former are not independent.
    pub at_most_per_hour: f64,
    pub at_most_per_distinct_hour: f64,
    pub doubts: usize,
    pub confirmed: Option<usize>,
}

impl Called {
    pub fn new(condition: &'static str, who: &'static str, of: usize) -> Self {
        let (missed, heard) = (Vec::new(), Vec::new());
        Self { condition, who, of, sure: 0, doubts: 0, confirmed: None, sure_95: [0.0; 2], missed, heard }
    }

    /// Once all is counted.
    pub fn close(&mut self) {
        self.sure_95 = wilson(self.sure, self.of);
    }

    pub fn line(&self) -> String {
        let Self { condition, who, of, sure, doubts, confirmed, sure_95, missed, heard } = self;
        let percent = |count: usize| 100.0 * count as f64 / (*of).max(1) as f64;
        let looked = confirmed.map_or_else(String::new, |confirmed| {
            let both = sure + confirmed;
            format!(", {confirmed} of them confirmed: {both} in all ({:.1} %)", percent(both))
        });
        let [least, most] = sure_95.map(|share| 100.0 * share);
        let list = |what: &str, names: &[String]| {
            if names.is_empty() { String::new() } else { format!("; {what} {}", names.join(", ")) }
        };
        let (missed, heard) = (list("not sure of", missed), list("sure of", heard));
        format!(
            "{condition:<34} {who:<12} heard in {sure} of {of} ({:.1} %, {least:.0}-{most:.0}), in doubt in {doubts} more{looked}{missed}{heard}",
            percent(*sure)
        )
    }
}

impl Without {
    pub fn line(&self) -> String {
        let Self { condition, hours, false_accepts, in_recordings, doubts, confirmed } = self;
        let looked = confirmed.map_or_else(String::new, |confirmed| format!(", {confirmed} of them confirmed"));
        let places =
            if in_recordings.is_empty() { String::new() } else { format!("; in {}", in_recordings.join(", ")) };
        format!("{condition:<34} {hours:.2} h: {false_accepts} false accepts, {doubts} doubts{looked}{places}")
    }
}

impl Total {
    pub fn new(each: &[Without], distinct_hours: f64, people_hours: f64) -> Self {
        let hours: f64 = each.iter().map(|without| without.hours).sum();
        let false_accepts = each.iter().map(|without| without.false_accepts).sum();
        Self {
            hours,
            distinct_hours,
            people_hours,
            false_accepts,
            per_hour: false_accepts as f64 / hours,
            at_most_per_hour: at_most(false_accepts) / hours,
            at_most_per_distinct_hour: at_most(false_accepts) / distinct_hours,
            doubts: each.iter().map(|without| without.doubts).sum(),
            confirmed: each.iter().map(|without| without.confirmed).sum(),
        }
    }

    pub fn line(&self) -> String {
        let Self { hours, distinct_hours, people_hours, false_accepts, doubts, confirmed, .. } = self;
        let looked = confirmed.map_or_else(String::new, |confirmed| format!(", {confirmed} of them confirmed"));
        format!(
            "{hours:.2} h in all, mixed of {distinct_hours:.2} h of distinct speech, {people_hours:.2} h of it people's: {false_accepts} false accepts, {:.2} an hour, \
             with 95 % certainty at most {:.2} (by the distinct hours alone {:.2}); {doubts} doubts{looked}",
            self.per_hour, self.at_most_per_hour, self.at_most_per_distinct_hour
        )
    }
}

/// What was seen so often was to be expected at most so often, with 95 % certainty (exact, Poisson): 3.0 for nothing.
pub fn at_most(seen: usize) -> f64 {
    let no_more = |expected: f64| {
        let mut term = (-expected).exp();
        let mut sum = term;
        for count in 1..=seen {
            term *= expected / count as f64;
            sum += term;
        }
        sum
    };
    let (mut low, mut high) = (0.0, 10.0 + 3.0 * seen as f64);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        *(if no_more(middle) > 0.05 { &mut low } else { &mut high }) = middle;
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_is_that_of_a_table_of_poissons() {
        for (seen, bound) in [(0, 2.996), (1, 4.744), (3, 7.754), (10, 16.962)] {
            assert!((at_most(seen) - bound).abs() < 1e-3, "{seen}: {}", at_most(seen));
        }
    }
}
