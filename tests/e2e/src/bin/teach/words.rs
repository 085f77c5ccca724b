//! The words that are taught, how they are said, what only sounds like them, and how rarely each may be heard in vain.

/// A word, and what its head has to be.
pub struct TaughtWord {
    /// As `cargo xtask teach` takes it.
    pub name: &'static str,
    /// The name of its head's file, without its ending.
    pub file: &'static str,
    /// How a voice says it, each in a recording of its own that ends with the word; what is before it changes its tune.
    pub said: &'static [&'static str],
    /// Whether it is so short that a little of its beginning or end may be missing where it is heard.
    pub is_short: bool,
    /// In the hours without it that are kept for choosing: so often an hour the head may be in doubt,
    pub doubts_an_hour: f64,
    /// and sure.
    pub sure_an_hour: f64,
}

/// Those that come along. Beside the head of "hey jarvis" a network hears it, too, and both have to: so it may be in
/// doubt sooner.
pub const WORDS: [TaughtWord; 3] = [
    TaughtWord {
        name: "hey jarvis",
        file: "hey-jarvis",
        said: &["Hey Jarvis.", "Hey, Jarvis.", "Oh, hey Jarvis.", "And then, hey Jarvis."],
        is_short: false,
        doubts_an_hour: 15.0,
        sure_an_hour: 0.5,
    },
    TaughtWord {
        name: "hey parley",
        file: "hey-parley",
        said: &["Hey Parley.", "Hey, Parley.", "Oh, hey Parley.", "And then, hey Parley."],
        is_short: false,
        doubts_an_hour: 15.0,
        sure_an_hour: 1.0,
    },
    TaughtWord {
        name: "stop",
        file: "stop",
        said: &["Stop.", "Please stop.", "Oh no, stop.", "All right, stop."],
        is_short: true,
        doubts_an_hour: 20.0,
        sure_an_hour: 5.0,
    },
];

/// What is said behind a word in the same breath; neither is measured.
pub const BEHIND: [&str; 2] = ["Tell me a story about the sea.", "How far away is the moon?"];

/// What only sounds like one of them. None is of those that `measure wake` judges by, and none has one of them in it.
pub const NEARLY: [&str; 42] = [
    "Hey Marley.",
    "Hey Parker.",
    "Hey party people.",
    "Hey Pauline.",
    "Hey Polly.",
    "Hey parlour.",
    "A parley with them.",
    "Hey Farley.",
    "Hey Carly!",
    "Hey Garvin.",
    "Hey Javier.",
    "Hey Jarrett.",
    "Hey Jordan.",
    "Hey Jack.",
    "Hey nervous.",
    "Hey Jamie.",
    "Okay Jarvis.",
    "Hey, pardon me.",
    "Hey, partly.",
    "Hey, chart this.",
    "Hey Charles.",
    "Hey, Java is.",
    "Hey gardens.",
    "Hey John.",
    "Hey Paul.",
    "Hey, please.",
    "Hey, a barking dog.",
    "Hi Marvis.",
    "They carve this.",
    "Hey Pally.",
    "The barley field.",
    "Jarvis said so.",
    "Top.",
    "Shop.",
    "Stock.",
    "Step.",
    "Spot.",
    "Start.",
    "Store.",
    "Stuff.",
    "A drop.",
    "Not at all.",
];

#[cfg(test)]
mod tests {
    use parley_e2e::said::{NEAR_MISSES, slug};

    use super::*;

    #[test]
    fn nothing_is_taught_that_is_judged_by() {
        for judged in NEAR_MISSES {
            assert!(NEARLY.iter().all(|nearly| slug(nearly) != slug(judged)), "{judged}");
        }
    }

    #[test]
    fn what_only_sounds_like_a_word_has_none_in_it() {
        for word in &WORDS {
            let its = slug(word.name);
            for text in NEARLY.iter().chain(&BEHIND) {
                let has = slug(text).split('-').collect::<Vec<_>>().join(" ").contains(&its.replace('-', " "));
                assert!(!has, "{text} has {}", word.name);
            }
        }
    }
}
