//! Whole conversations from recordings, in real time.

use parley_speech::word_errors::word_errors;
use serde_json::Value;

use crate::support::{lines, parley, scratch, speech, succeed};

#[test]
fn spoken_questions_get_spoken_answers() {
    let sets = speech();
    let folder = scratch().join("talk");
    let turns: Vec<_> = sets.demo.iter().take(4).collect();
    let mut talk = parley();
    talk.arg("talk").arg("--report").arg(&folder);
    for clip in &turns {
        talk.arg("--expect").arg(&clip.text);
    }
    let shown = succeed(talk.args(turns.iter().map(|clip| sets.path(clip))));
    let report: Value = serde_json::from_slice(&std::fs::read(folder.join("report.json")).expect("there is a report"))
        .expect("it is JSON");
    let reported = report["turns"].as_array().expect("it lists turns");
    assert_eq!(reported.len(), turns.len());
    for (clip, turn) in turns.iter().zip(reported) {
        let heard = turn["heard"].as_str().unwrap_or_default();
        let errors = word_errors(&clip.text, heard, &sets.replacements);
        assert!(errors.rate() <= 0.35, "{:?} was heard as {heard:?}", clip.text);
        assert!(shown.contains(heard));
        // All are counted from the same moment, so no sound is heard before it was made.
        let heard_ms = turn["first_audio_ms"].as_f64().expect("the answer was heard");
        for stage in ["transcribed", "endpoint", "first_clause", "first_block", "played"] {
            assert!(turn["stages_ms"][stage].as_f64().is_some_and(|ms| ms <= heard_ms), "{stage} in {turn}");
        }
        // A command is declined without the language model.
        let is_command = clip.text.starts_with("Set a timer");
        let first_text = turn["stages_ms"]["first_text"].as_f64();
        assert!(if is_command { first_text.is_none() } else { first_text.is_some_and(|ms| ms <= heard_ms) }, "{turn}");
        // The answer's sound says the answer's words: a listener would understand it.
        let answer = turn["answer"].as_str().unwrap_or_default();
        let wav = turn["answer_wav"].as_str().expect("the answer was recorded");
        let understood = succeed(parley().args(["transcribe", wav]));
        let common = answer.split_whitespace().filter(|word| contains_word(&understood, word)).count();
        let words = answer.split_whitespace().count();
        assert!(2 * common >= words.min(12), "{answer:?} was spoken as {understood:?}");
    }
    assert!(report["machine"]["cores"].as_u64().is_some_and(|cores| cores > 0));
}

#[test]
fn a_conversation_in_writing_remembers() {
    let output = succeed(parley().args(["ask", "--json", "Name one large city in France."]));
    let answers = lines(&output);
    assert_eq!(answers.len(), 1);
    assert!(answers[0]["answer"].as_str().is_some_and(|answer| !answer.is_empty()));
}

#[test]
fn what_is_said_can_be_understood() {
    let wav = scratch().join("said.wav");
    let text = "The kitchen light is on, and the door is closed.";
    let said = succeed(parley().args(["say", "--json", "--output"]).arg(&wav).arg(text));
    assert!(lines(&said)[0]["audio_ms"].as_f64().is_some_and(|ms| (1_000.0..10_000.0).contains(&ms)));
    let understood = succeed(parley().arg("transcribe").arg(&wav));
    let errors = word_errors(text, &understood, &speech().replacements);
    assert!(errors.rate() <= 0.2, "{understood:?}");
}

pub fn contains_word(text: &str, word: &str) -> bool {
    let plain = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    text.split_whitespace().any(|other| plain(other) == plain(word))
}
