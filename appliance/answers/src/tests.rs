use super::*;
use proptest::prelude::*;

fn said(text: &str) -> Option<String> {
    said_in(text, "en")
}

fn said_in(text: &str, language: &str) -> Option<String> {
    answer(text, language, std::iter::empty(), || None).map(|ready| ready.sentence().to_owned())
}

fn check(cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(text, expected)| said(text).as_deref() != Some(*expected))
        .map(|(text, expected)| format!("{text}\n  {:?}\n  instead of {expected}", said(text)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sums_are_computed() {
    check(&[
        ("What is 17 times 23?", "17 times 23 is 391."),
        ("what's seventeen times twenty-three", "17 times 23 is 391."),
        ("Hey Parley, how much is twenty percent of 85?", "20 percent of 85 is 17."),
        ("What is 2 plus 3 times 4?", "2 plus 3 times 4 is 14."),
        ("What's 100 divided by 7?", "100 divided by 7 is about 14.29."),
        ("144 / 12", "144 divided by 12 is 12."),
        ("What is 7 - 12?", "7 minus 12 is minus 5."),
        ("Calculate the square root of 144.", "The square root of 144 is 12."),
        ("What is the square root of two?", "The square root of 2 is about 1.41."),
        ("What is half of 90?", "Half of 90 is 45."),
        ("What is three quarters of 80?", "0.75 of 80 is 60."),
        ("What is a third of 90?", "1 third of 90 is 30."),
        ("What is 12 squared?", "12 squared is 144."),
        ("What is 2 to the power of 10?", "2 to the power of 10 is 1024."),
        ("Add 15 and 27.", "15 plus 27 is 42."),
        ("Subtract 8 from 20", "20 minus 8 is 12."),
        ("Divide 81 by 9, please.", "81 divided by 9 is 9."),
        ("What is the sum of 12 and 30?", "12 plus 30 is 42."),
        ("What's the difference between 5 and 12?", "12 minus 5 is 7."),
        ("How many times does 7 go into 63?", "63 divided by 7 is 9."),
        ("What percent of 80 is 20?", "20 is 25 percent of 80."),
        ("20 is what percent of 80?", "20 is 25 percent of 80."),
        ("What's 20 percent off $50?", "20 percent off 50 is 40 dollars."),
        ("What is a 15% tip on $40?", "15 percent of 40 is 6 dollars."),
        ("How much is 1,250 plus 1.5?", "1250 plus 1.5 is 1251.5."),
        ("What does 8 plus 9 equal?", "8 plus 9 is 17."),
        ("three hundred and five minus six", "305 minus 6 is 299."),
        ("5 x 6 =", "5 times 6 is 30."),
    ]);
}

#[test]
fn units_are_converted() {
    check(&[
        ("How many grams are in two pounds?", "2 pounds are about 907.2 grams."),
        ("What is 350 Fahrenheit in Celsius?", "350 degrees Fahrenheit is about 176.7 degrees Celsius."),
        ("Convert 20 degrees Celsius to Fahrenheit.", "20 degrees Celsius is 68 degrees Fahrenheit."),
        ("What's minus 40 °C in °F?", "Minus 40 degrees Celsius is minus 40 degrees Fahrenheit."),
        ("How many seconds are in a day?", "1 day is 86400 seconds."),
        ("How many feet in a mile?", "1 mile is 5280 feet."),
        ("How many minutes are there in two and a half hours?", "2.5 hours are 150 minutes."),
        ("How many minutes is an hour and a half?", "1.5 hours are 90 minutes."),
        ("What is 5 feet 10 inches in centimeters?", "5 feet and 10 inches are 177.8 centimeters."),
        ("10 km in miles", "10 kilometers are about 6.21 miles."),
        ("How many months are in a year?", "1 year is 12 months."),
        ("How many years are in a century?", "1 century is 100 years."),
        ("How many ounces are in a cup?", "1 cup is 8 ounces."),
        ("How many ounces are in a pound?", "1 pound is 16 ounces."),
        ("How many eggs are in a dozen?", "1 dozen is 12 pieces."),
        ("How many teaspoons are in a tablespoon?", "1 tablespoon is 3 teaspoons."),
        ("How many inches are in half a foot?", "0.5 feet are 6 inches."),
        ("Convert 60 miles per hour to kilometers per hour", "60 miles per hour are about 96.56 kilometers per hour."),
        ("How many liters does a gallon have?", "1 gallon is about 3.79 liters."),
    ]);
}

#[test]
fn what_is_no_sum_to_the_last_word_is_left_to_the_model() {
    for text in [
        "What is 42?",
        "What is 9/11?",
        "What is 100 plus 20 percent?",
        "What is 5 divided by 0?",
        "What is 17 times 23 in Roman numerals?",
        "How many grams of sugar are in a cup?",
        "How many days are in a month?",
        "How many people live in Paris?",
        "What is the capital of Italy?",
        "Convert two pounds to meters",
        "If I have 3 apples and eat one, how many are left?",
        "Tell me a joke about seven dwarfs",
        "turn on the light in the kitchen",
        "",
        "?",
    ] {
        let found = answer(text, "en", std::iter::empty(), || None);
        assert!(matches!(found, None | Some(Ready::Unable(_))), "{text}: {found:?}");
    }
    assert_eq!(said_in("2 plus 2", "cs"), None, "no table");
}

fn kind(text: &str, told: &[&str]) -> Option<Unknowable> {
    match answer(text, "en", told.iter().copied(), || None) {
        Some(Ready::Declined(kind, _)) => Some(kind),
        Some(Ready::Computed(_) | Ready::Unable(_)) | None => None,
    }
}

#[test]
fn what_nobody_here_can_know_is_declined() {
    use Unknowable::{Future, Private, Today};
    for (text, expected) in [
        ("What did I have for breakfast?", Private),
        ("Where are my glasses?", Private),
        ("What's my sister's name?", Private),
        ("How old am I?", Private),
        ("Is my door locked?", Private),
        ("Who will win the next election?", Future),
        ("What are the lottery numbers for next Saturday?", Future),
        ("Will it rain next week?", Future),
        ("Will I be happy?", Future),
        ("What's the weather like today?", Today),
        ("What time is it?", Today),
        ("Who won the match last night?", Today),
        ("What is the price of gold right now?", Today),
        ("Is it raining?", Today),
        ("What's in the news?", Today),
    ] {
        assert_eq!(kind(text, &[]), Some(expected), "{text}");
    }
}

#[test]
fn what_can_be_known_is_asked_of_the_model() {
    for text in [
        "How do I boil an egg?",
        "What should I do with my old phone?",
        "Can I freeze cheese?",
        "What is your name?",
        "Who invented the telephone?",
        "When did the Second World War end?",
        "What is the temperature on the Moon right now?",
        "How long will it take to boil an egg?",
        "What will happen if I mix oil and water?",
        "Will ice float on water?",
        "What is a weather vane?",
        "Why is the sky blue?",
        "Who wrote the song Will You Still Love Me Tomorrow?",
        "What does my cup runneth over mean?",
        "Tell me a story about my cat.",
        "Who is the president of France?",
        "How many bones are in the human body?",
        "Explain how trains work",
    ] {
        assert_eq!(kind(text, &[]), None, "{text}");
    }
}

#[test]
fn what_was_told_is_not_private_any_more() {
    assert_eq!(kind("What is my name?", &["Hello, my name is Anna."]), None);
    assert_eq!(kind("Where are my keys?", &["I put my keys on the shelf."]), None);
    assert_eq!(kind("Where are my keys?", &["Where is the shelf?"]), Some(Unknowable::Private));
    assert_eq!(kind("Where are my keys?", &["Where are my keys?"]), Some(Unknowable::Private));
    assert_eq!(
        kind("Where did I put my keys?", &["Where are my keys?"]),
        Some(Unknowable::Private),
        "asking tells nothing"
    );
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        let _ = said(&text);
    }

    #[test]
    fn no_text_of_such_words_panics(words in prop::collection::vec(prop::sample::select(vec![
        "what is", "17", "0", "1,000", "999999999999999", "plus", "times", "minus", "percent", "of", "half", "a", "and", "hundred", "million",
        "the square root of", "to the power of", "64", "how many", "grams", "in", "two", "pounds", "degrees", "Celsius", "point", "third", "-", "/", "°", "squared",
        "divided by", "feet", "dozen", "my", "will", "tomorrow", "weather",
    ]), 0..14)) {
        let _ = said(&words.join(" "));
    }

    #[test]
    fn sums_of_whole_numbers_are_right(a in 0_i64..100_000, b in 1_i64..100_000) {
        prop_assert_eq!(said(&format!("what is {a} plus {b}")), Some(format!("{a} plus {b} is {}.", a + b)));
        prop_assert_eq!(said(&format!("what is {a} times {b}")), Some(format!("{a} times {b} is {}.", a * b)));
        prop_assert_eq!(said(&format!("what is {} divided by {b}", a * b)), Some(format!("{} divided by {b} is {a}.", a * b)));
    }
}

mod deeds;
mod languages;

#[test]
fn a_fact_is_what_is_so_or_not() {
    for (language, text, fact) in [
        ("en", "What is the capital of Ghana?", true),
        ("en", "please tell me, how tall is Mount Kenya", true),
        ("en", "in what year did the war end", true),
        ("en", "tell me a joke", false),
        ("en", "what is your name?", false),
        ("en", "who are you", false),
        ("en", "what should I cook tonight?", false),
        ("en", "why is the sky blue?", false),
        ("de", "Wie hoch ist die Zugspitze?", true),
        ("de", "wie heißt du?", false),
        ("de", "erzähl mir einen Witz", false),
        ("es", "¿En qué país está la Alhambra?", true),
        ("es", "¿cómo te llamas tú?", false),
        ("cs", "Jaké je hlavní město Ghany?", false),
    ] {
        assert_eq!(asks_for_fact(text, language), fact, "{language}: {text}");
    }
}
