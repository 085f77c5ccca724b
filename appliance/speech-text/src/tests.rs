//! What is heard of what is written.

use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (written, expected) in cases {
        assert_eq!(speakable(written, "en"), *expected, "{written:?}");
    }
}

#[test]
fn markup_is_not_read_aloud() {
    check(&[
        ("**Paris** is the `capital` 😀.\n", "Paris is the capital ."),
        ("# Title\n- one\n* two\n+ three", "Title one two three"),
        ("***", ""),
        ("the_file\tname", "the file name"),
        ("*This* is _very_ ~~wrong~~ **right**, (*really*).", "This is very wrong right, (really)."),
        ("**5** apples and *3* pears", "five apples and three pears"),
        ("**5**m long, **7**!", "five meters long, seven!"),
        ("Un*believ*able", "Un believ able"),
        ("> Quoted, and\n>> quoted again", "Quoted, and quoted again"),
        ("- [x] done\n- [ ] not done", "done not done"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a, b one, two"),
        ("\\*not a list\\* at all", "not a list at all"),
        ("a footnote*, 5*", "a footnote, five"),
        ("**The beginning only.", "The beginning only."),
        ("the end only.** ", "the end only."),
    ]);
}

#[test]
fn signs_between_numbers_and_letters_are_words() {
    check(&[
        ("The answer is 2*3 = 6.", "The answer is two times three equals six."),
        ("5 * 3 = 15.", "five times three equals fifteen."),
        ("Two to the third is 2**3.", "Two to the third is two to the power of three."),
        ("2 ** 10, 2^10", "two to the power of ten, two to the power of ten"),
        (
            "(2+3)*4*(1+1), x*y, 2*-3",
            "(two plus three) times four times (one plus one), x times y, two times minus three",
        ),
        ("2\\*3", "two times three"),
        ("It is ~20 degrees.", "It is about twenty degrees."),
        ("wait 3~4 days, or 5 ~ 6", "wait three to four days, or five to six"),
        ("You are in seat #12, written in C#.", "You are in seat number twelve, written in C sharp."),
        ("F♯ and B♭ minor", "F sharp and B flat minor"),
        ("#1 is #music", "number one is music"),
        ("> 5 is the condition.", "greater than five is the condition."),
        ("if x > 5 and y >= 6", "if x greater than five and y greater than or equal to six"),
        ("Choose yes|no.", "Choose yes or no."),
        ("a||b", "a or b"),
        ("3 | 4", "three, four"),
        ("C:\\files", "C: files"),
        ("Hawai`i", "Hawai i"),
    ]);
}

#[test]
fn a_language_without_words_for_signs_has_a_blank() {
    for (written, german, other) in
        [("2*3", "2 mal 3", "2 3"), ("3~4", "3 bis 4", "3 4"), ("ja|nein", "ja oder nein", "ja nein")]
    {
        assert_eq!(speakable(written, "nl"), other);
        assert_eq!(signs::spoken(written, signs::Words::of("de").as_ref()), german);
        assert_eq!(speakable(written, "fi"), other);
    }
    assert_eq!(speakable("> 5 on ehto", "fi"), "> 5 on ehto");
}

#[test]
fn what_is_for_eyes_leaves_a_gap() {
    check(&[
        ("\u{7}be\u{0}ll", "be ll"),
        ("• one\n◦ two\n▪ three\n✓ four", "one two three four"),
        ("one • two · three", "one, two, three"),
        ("Settings → Sound -> Volume => 3", "Settings, Sound, Volume, three"),
        ("a->b, →c", "a, b, c"),
        ("⏰ at 7:00 ⌛, ⌚☂🇩🇪✅ ok", "at seven o'clock , ok"),
        ("I❤you, 1\u{FE0F}\u{20E3}2\u{FE0F}\u{20E3}", "I you, one two"),
        ("12\u{200B}34 5\u{200F}6", "twelve thirty-four five six"),
        ("soft\u{AD}ly, word\u{2060}joiner", "softly, wordjoiner"),
        ("```python\nprint\n```", "print"),
        ("~~~\ncode\n~~~", "code"),
        ("```inline``` code, and ```two words```", "inline code, and two words"),
        ("=====\n-----\n***\nend", "end"),
        ("𝗛𝗲𝗹𝗹𝗼 𝟐𝟑 Ｈｅｌｌｏ！", "Hello twenty-three Hello!"),
    ]);
}

#[test]
fn what_is_for_a_terminal_is_not_read() {
    check(&[
        ("Hello\u{1}\u{2}\u{1b}[31m world\u{7}\u{202e}", "Hello world"),
        ("\u{1b}[1;32mgreen\u{1b}[0m 5", "green five"),
        ("a\u{9b}31mb", "a b"),
        ("\u{1b}]8;;https://example.org\u{7}here\u{1b}]8;;\u{1b}\\ it is", "here it is"),
        ("\u{1b}", ""),
        ("\u{1b}[", ""),
        ("\u{1b}[31", ""),
        ("x[31m] y", "x[thirty-one meters] y"),
    ]);
}

#[test]
fn joiners_stay_where_letters_need_them() {
    assert_eq!(speakable("می\u{200C}خواهم", "fa"), "می\u{200C}خواهم");
    assert_eq!(speakable("क्\u{200D}ष", "hi"), "क्\u{200D}ष");
    assert_eq!(speakable("👨\u{200D}👩\u{200D}👧 a\u{200D}b", "en"), "ab");
}

#[test]
fn what_is_for_browsers_is_what_they_show() {
    check(&[
        ("See [the site](https://example.org/a) now", "See the site now"),
        ("a [b](c", "a [b](c"),
        ("![A dog](dog.png) and [Rust](https://en.wikipedia.org/wiki/Rust_(language)).", "A dog and Rust."),
        ("<speak>Hello <break time=\"1s\"/> there.</speak>", "Hello there."),
        ("This is <b>bold</b> text.<br>Next line.", "This is bold text. Next line."),
        ("<p>One</p><p>Two</p> <span class='x'>three</span><answer>four</answer>", "One Two three four"),
        ("un<b>believ</b>able", "un believ able"),
        (
            "a <b and c> d, 3<5, x<y and y>z, <3",
            "a <b and c> d, three less than five, x less than y and y greater than z, less than three",
        ),
        ("Fish &amp; chips &lt;3 <!-- not this -->now", "Fish and chips less than three now"),
        ("Go to https://www.example.org/a/b?c=d#e.", "Go to example dot org."),
        (
            "(see http://example.org/x) or <https://parley.example.com>, www.example.net/1!",
            "(see example dot org slash x) or parley dot example dot com, example dot net slash one!",
        ),
        ("mail me@example.org", "mail me at example dot org"),
    ]);
}

/// Where it is not a mark, it ends one token and begins another.
fn tokens(text: &str, is_letter: fn(char) -> bool) -> Vec<String> {
    text.split(|c| !is_letter(c)).filter(|token| !token.is_empty()).map(str::to_owned).collect()
}

proptest! {
    #[test]
    fn nothing_unspeakable_survives_any_text(text in "(?s).{0,200}", language in "en|de|fi") {
        let spoken = speakable(&text, &language);
        prop_assert!(!spoken.chars().any(letters::is_for_eyes), "{spoken:?}");
        prop_assert!(!spoken.starts_with(' ') && !spoken.ends_with(' ') && !spoken.contains("  "));
        prop_assert!(spoken.is_empty() || spoken.contains(char::is_alphanumeric));
    }

    /// No two numbers become one, none is lost, whatever stands between them, where numbers are not read.
    #[test]
    fn numbers_stay_what_they_are(text in "([0-9]{1,3}|[ *~|#\\\\`>^_•→😀\u{200B}\u{FE0F}-]){0,30}", language in "nl|fi") {
        let spoken = speakable(&text, &language);
        let digits = |c: char| c.is_ascii_digit();
        prop_assert_eq!(tokens(&spoken, |c| c.is_ascii_digit()), tokens(&text, |c| c.is_ascii_digit()), "{:?}", spoken);
        prop_assert!(spoken.is_empty() != text.contains(digits));
    }

    /// Nor do words, where the language has no words for signs.
    #[test]
    fn words_stay_what_they_are(text in "([a-zé]{1,3}|[ *~|#\\\\`>^_•→😀\u{200B}\u{FE0F}]){0,30}") {
        // The name of a fence's language is none.
        prop_assume!(!text.contains("```") && !text.contains("~~~"));
        let spoken = speakable(&text, "fi");
        prop_assert_eq!(tokens(&spoken, char::is_alphabetic), tokens(&text, char::is_alphabetic), "{:?}", spoken);
    }
}
