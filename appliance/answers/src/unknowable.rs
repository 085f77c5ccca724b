//! Questions that nobody on this device can answer: what is private to the person, what lies in the future, and what is
//! today's.
//!
//! A question is such a one only if its form says so; a topic alone ("the weather on Mars") does not. What the person has
//! told before is not private any more.

use crate::words::{Word, behind, has};

/// Why nobody here can know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknowable {
    /// It is about the person, who has not told it.
    Private,
    /// It has not happened.
    Future,
    /// It is the weather, the news, a price or the time of today.
    Today,
}

impl Unknowable {
    /// What is said.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Private => "I do not know that. I know nothing about you but what you tell me.",
            Self::Future => "I do not know that. It lies in the future, and I would only be guessing.",
            Self::Today => {
                "I do not know that. I am not connected to anything that could tell me what is going on today."
            }
        }
    }
}

/// Whether a question is one of these. `told`: what the person has said before.
pub(crate) fn of<'a>(words: &[Word], told: impl Iterator<Item = &'a str>) -> Option<Unknowable> {
    let has_one = |phrases: &[&str]| phrases.iter().any(|phrase| has(words, phrase));
    let begins = |phrases: &[&str]| phrases.iter().any(|phrase| behind(words, phrase).is_some());
    // Advice and suppositions can be had without knowing.
    if has_one(ADVICE) || begins(ADVICE_BEGINS) {
        return None;
    }
    if is_today(words, &has_one, &begins) {
        return Some(Unknowable::Today);
    }
    if is_future(&has_one, &begins) {
        return Some(Unknowable::Future);
    }
    (is_private(words, &begins) && !is_told(words, told)).then_some(Unknowable::Private)
}

const ADVICE: &[&str] = &[
    "should i",
    "should we",
    "should my",
    "can i",
    "can we",
    "could i",
    "could we",
    "may i",
    "must i",
    "do i need",
    "do we need",
    "do i have to",
    "how do i",
    "how do we",
    "how would i",
    "if i",
    "if you",
    "if we",
    "if a",
    "if the",
    "if it",
    "mean",
    "means",
    "meaning",
    "spell",
    "say in",
    "translate",
    "song",
    "movie",
    "film",
    "book",
    "novel",
    "poem",
    "story",
    "joke",
    "in general",
    "usually",
];
const ADVICE_BEGINS: &[&str] =
    &["how to", "why do", "why does", "why is", "why are", "tell me about", "write", "describe", "explain", "imagine"];

const ASKS: &[&str] = &[
    "what is",
    "whats",
    "what are",
    "what was",
    "what were",
    "what did",
    "what do",
    "what does",
    "what have",
    "what has",
    "what time",
    "what kind",
    "what color",
    "what colour",
    "what number",
    "what day",
    "where is",
    "wheres",
    "where are",
    "where was",
    "where did",
    "where do",
    "where does",
    "where have",
    "where has",
    "when is",
    "whens",
    "when was",
    "when did",
    "when do",
    "when does",
    "when will",
    "who is",
    "whos",
    "who was",
    "who are",
    "who did",
    "who do",
    "who has",
    "who called",
    "which",
    "how old",
    "how tall",
    "how much",
    "how many",
    "how long",
    "how far",
    "how is",
    "hows",
    "how did",
    "did",
    "do",
    "does",
    "have",
    "has",
    "is",
    "are",
    "was",
    "were",
    "am",
    "whose",
];

/// What the person, or somebody who is theirs, has, is or did.
fn is_private(words: &[Word], begins: &impl Fn(&[&str]) -> bool) -> bool {
    if !begins(ASKS) {
        return false;
    }
    let owned = |word: &Word| ["my", "our", "mine", "ours"].iter().any(|own| word.is(own));
    let person = |phrases: &[&str]| phrases.iter().any(|phrase| has(words, phrase));
    words.iter().any(owned)
        || person(&[
            "did i",
            "did we",
            "have i",
            "have we",
            "was i",
            "were we",
            "am i",
            "are we",
            "had i",
            "do i have",
            "do we have",
            "do i own",
            "do i live",
            "do i work",
            "do i weigh",
            "do i like",
            "do i love",
            "i have for",
            "i had for",
            "i said",
            "i put",
            "i left",
            "i park",
            "i was born",
        ])
}

const SOON: &[&str] = &[
    "tomorrow",
    "tonight",
    "this weekend",
    "next week",
    "next month",
    "next year",
    "next weekend",
    "next time",
    "next monday",
    "next tuesday",
    "next wednesday",
    "next thursday",
    "next friday",
    "next saturday",
    "next sunday",
    "next summer",
    "next winter",
    "next decade",
    "next century",
    "next world cup",
    "next election",
    "next president",
    "next pope",
    "next lottery",
    "coming year",
    "years from now",
    "year from now",
    "days from now",
    "weeks from now",
    "months from now",
    "in ten years",
    "in five years",
    "in twenty years",
    "in a hundred years",
    "in fifty years",
    "in the future",
    "by the end of",
    "when i grow up",
    "rest of my life",
    "ever be",
    "ever win",
];
const FUTURE_VERBS: &[&str] = &[
    "win",
    "rain",
    "snow",
    "happen",
    "cost",
    "score",
    "be elected",
    "become president",
    "be president",
    "be the next",
    "be the winner",
    "be worth",
    "rise",
    "fall",
    "crash",
    "die",
    "marry",
    "end",
    "be invented",
    "be discovered",
    "call me",
    "come home",
    "be rich",
    "be famous",
    "be happy",
    "be like",
    "go up",
    "go down",
    "be the weather",
    "be the price",
    "break",
    "meet",
    "live",
];
const WILL: &[&str] = &[
    "will",
    "who will",
    "wholl",
    "what will",
    "whatll",
    "when will",
    "which",
    "where will",
    "how many",
    "how much will",
    "how will",
    "is it going to",
    "are we going to",
    "am i going to",
    "is there going to",
    "who is going to",
    "whos going to",
    "what is going to",
    "whats going to",
    "when is",
    "predict",
    "can you predict",
    "what are the winning",
    "what are the lottery",
    "what are next",
    "give me the winning",
    "what numbers",
];

/// What "will" be, of what nobody can compute.
fn is_future(has_one: &impl Fn(&[&str]) -> bool, begins: &impl Fn(&[&str]) -> bool) -> bool {
    let will = has_one(&["will", "going to", "wholl", "whatll"]);
    let lottery = has_one(&["lottery numbers", "winning numbers", "lottery ticket", "winning lottery"]);
    let soon = has_one(SOON);
    lottery
        || begins(&["predict", "can you predict", "foresee"])
        || (will && begins(WILL) && (soon || has_one(FUTURE_VERBS)))
        || (will
            && begins(&[
                "will i",
                "will my",
                "will we",
                "will our",
                "when will i",
                "when will my",
                "am i going to",
                "who will i",
                "how long will i",
            ]))
        || (soon && begins(WILL) && has_one(&["win", "weather", "price", "happen", "president", "champion", "numbers"]))
}

const NOW: &[&str] = &[
    "today",
    "todays",
    "right now",
    "at the moment",
    "currently outside",
    "this morning",
    "this afternoon",
    "this evening",
    "this week",
    "last night",
    "yesterday",
    "yesterdays",
    "tonights",
    "tomorrow",
    "tomorrows",
    "tonight",
    "latest",
    "outside",
    "now",
    "near me",
    "nearby",
    "around here",
    "in my area",
    "here",
    "this weekend",
    "live",
    "current",
    "currently",
];
const OF_TODAY: &[&str] = &[
    "weather",
    "forecast",
    "temperature",
    "news",
    "headlines",
    "headline",
    "score",
    "scores",
    "traffic",
    "stock",
    "stocks",
    "share price",
    "stock price",
    "stock market",
    "exchange rate",
    "price",
    "prices",
    "cost",
    "worth",
    "rain",
    "raining",
    "snow",
    "snowing",
    "sunny",
    "cloudy",
    "windy",
    "pollen",
    "game",
    "match",
    "won",
    "win",
    "open",
    "closed",
    "bus",
    "train",
    "flight",
    "flights",
    "on tv",
    "on television",
    "playing",
    "date",
    "day",
    "time",
    "air quality",
    "humidity",
    "happened",
    "happening",
    "delayed",
    "in the news",
    "busy",
    "moon",
    "hot",
    "cold",
    "warm",
    "trending",
];
const WITHOUT_WHEN: &[&str] = &[
    "what time is it",
    "what is the time",
    "whats the time",
    "what day is it",
    "what is the date",
    "whats the date",
    "what date is it",
    "what year is it",
    "what month is it",
    "is it raining",
    "is it snowing",
    "is it sunny",
    "is it cold outside",
    "is it hot outside",
    "is it going to rain",
    "what is the weather",
    "whats the weather",
    "hows the weather",
    "how is the weather",
    "what is the forecast",
    "whats the forecast",
    "what is in the news",
    "whats in the news",
    "whats new in the world",
    "what are the news",
    "what is the news",
    "whats the news",
    "what are the headlines",
    "any news",
    "read me the news",
    "is the store open",
    "is the shop open",
    "is the supermarket open",
    "is the pharmacy open",
    "is the bank open",
    "is the library open",
    "is the post office open",
    "how is traffic",
    "hows traffic",
    "how is the traffic",
    "hows the traffic",
    "is my train",
    "is my flight",
    "is my bus",
    "when does the next",
    "when is the next bus",
    "when is the next train",
    "how warm is it outside",
    "how cold is it outside",
    "how hot is it outside",
    "what is the temperature outside",
    "whats the temperature outside",
    "what is the stock price of",
    "whats the stock price of",
    "what is the price of bitcoin",
    "whats the price of bitcoin",
    "how much is bitcoin",
    "who is at the door",
    "whos at the door",
    "who won the game",
    "who won the match",
    "did they win",
];
/// A place or a time that is told makes weather and prices a matter of knowledge.
const TIMELESS: &[&str] = &[
    "on mars",
    "on venus",
    "on the moon",
    "on jupiter",
    "on the sun",
    "difference between",
    "average",
    "in history",
    "world war",
    "of all time",
    "capital",
    "invented",
    "century",
];

/// The weather, the news, prices, the time: of now.
fn is_today(words: &[Word], has_one: &impl Fn(&[&str]) -> bool, begins: &impl Fn(&[&str]) -> bool) -> bool {
    if has_one(TIMELESS) {
        return false;
    }
    // "What is the weather like?" ends there, or with a time or a place; "what is the weather vane" does not.
    let short = words.len() <= 14;
    (short && begins(WITHOUT_WHEN)) || (has_one(NOW) && has_one(OF_TODAY) && !begins(&["will"]))
}

/// Whether a word of the question that is the person's own was in what they said before.
fn is_told<'a>(words: &[Word], told: impl Iterator<Item = &'a str>) -> bool {
    const COMMON: &[&str] = &[
        "what",
        "whats",
        "is",
        "the",
        "my",
        "our",
        "where",
        "when",
        "who",
        "did",
        "do",
        "does",
        "are",
        "was",
        "i",
        "we",
        "a",
        "an",
        "of",
        "in",
        "to",
        "have",
        "how",
        "old",
        "many",
        "much",
        "it",
        "that",
        "for",
        "on",
        "at",
        "last",
        "name",
        "favorite",
        "favourite",
    ];
    let content = |word: &&Word| word.text().is_some_and(|text| !COMMON.contains(&text));
    // "My name" has no word but common ones; it was told by "my name is" or "I am".
    let asks_name = has(words, "my name");
    let own: Vec<&Word> = words.iter().filter(content).collect();
    told.filter_map(crate::words::of).any(|said| {
        let personal =
            said.iter().any(|word| ["my", "our", "i", "im", "ive", "we", "me"].iter().any(|own| word.is(own)));
        let same = said.iter().filter(content).any(|word| own.contains(&word));
        let name = asks_name && ["my name is", "i am", "im", "call me"].iter().any(|phrase| has(&said, phrase));
        // Asking tells nothing.
        let asks = ASKS.iter().any(|phrase| behind(&said, phrase).is_some());
        personal && !asks && (same || name)
    })
}
