//! From which odds on a head is in doubt, and sure: so that in the hours that were kept for choosing it would be so
//! often and no more.
//!
//! What is rarer than those hours can show is estimated: the odds of what is heard in vain fall off like an
//! exponential, whose slope is that between what comes forty times an hour and what comes five times.

/// Two that are so many windows apart are two events: a second, as long as a listener is deaf behind a word.
const DEAF: usize = 12;
/// By these the slope is measured, an hour.
const OFTEN: f64 = 40.0;
const RARELY: f64 = 5.0;

/// The odds of events in which a head is likeliest to be wrong, the likeliest first; each stream is one sound.
pub fn events<'a>(streams: impl Iterator<Item = &'a [f32]>) -> Vec<f32> {
    let mut events = Vec::new();
    for stream in streams {
        let mut order: Vec<usize> = (0..stream.len()).collect();
        order.sort_by(|one, other| stream[*other].total_cmp(&stream[*one]).then(one.cmp(other)));
        let mut taken: Vec<usize> = Vec::new();
        for at in order {
            if taken.iter().all(|other| other.abs_diff(at) >= DEAF) {
                taken.push(at);
                events.push(stream[at]);
            }
        }
    }
    events.sort_by(|one, other| other.total_cmp(one));
    events
}

/// The odds that are exceeded so many times an hour, of events in so many hours.
pub fn odds_at(events: &[f32], hours: f64, an_hour: f64) -> f32 {
    let counted = |rate: f64| {
        let place = (rate * hours).round().max(1.0) as usize - 1;
        events.get(place.min(events.len().saturating_sub(1))).copied().unwrap_or_default()
    };
    if an_hour >= RARELY {
        return counted(an_hour);
    }
    let slope = (counted(RARELY) - counted(OFTEN)) / (OFTEN / RARELY).ln() as f32;
    counted(RARELY) + slope * (RARELY / an_hour).ln() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_heard_in_one_second_is_one_event() {
        let mut stream = [-9.0; 40];
        (stream[5], stream[8], stream[30]) = (2.0, 3.0, 1.0);
        assert_eq!(events([&stream[..], &[-1.0][..]].into_iter())[..3], [3.0, 1.0, -1.0]);
    }

    #[test]
    fn what_is_counted_is_counted_and_what_is_rarer_follows_the_slope() {
        // Ten times rarer is one more.
        let events: Vec<f32> = (1..=8_000).map(|rank| -(f64::from(rank) / 100.0).log10() as f32).collect();
        for (an_hour, odds) in [(20.0, -1.3), (5.0, -0.7), (0.1, 1.0), (0.01, 2.0)] {
            let found = odds_at(&events, 100.0, an_hour);
            assert!((found - odds).abs() < 0.02, "{an_hour}: {found}");
        }
    }
}
