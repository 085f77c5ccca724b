//! A router of one's own: this program is asked about whatever is said, before the language model is, and leaves to that what it
//! does not know: `cargo run --example router`.
//!
//! It uses the control door, and offers one tool for any text. Parley waits two seconds for it at most, and answers as ever where
//! it says nothing, dies, or has nothing to say. `answer` decides, and is a function of its own, so that it can be tested.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "whoever starts it looks on")]

use std::error::Error;
use std::time::Duration;

use parley_door::{Door, DoorRequest};
use parley_door_client::{DoorClient, DoorClientError, DoorNews};
use serde::Deserialize;

const PATIENCE: Duration = Duration::from_secs(5);

/// What a call for any text tells.
#[derive(Deserialize)]
struct Said {
    text: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    // It is told what people say, so it has to want words.
    let mut door = DoorClient::connect(Door::Control, "the router of the examples", true)?;
    let (name, description) = ("router".into(), "answers sums, and leaves the rest to Parley".into());
    door.call(
        DoorRequest::OfferTool { name, description, sentences: Vec::new(), parameters: None, any: true },
        PATIENCE,
    )?;
    loop {
        let Some(DoorNews::ToolCalled(call)) = door.wait(None)? else { continue };
        let answer = serde_json::from_str::<Said>(&call.arguments).ok().and_then(|said| answer(&said.text));
        println!("{}", answer.as_deref().unwrap_or("the language model is to answer"));
        // To think on about nothing means: as if nobody had been asked.
        let (think, text) = (answer.is_none(), answer.unwrap_or_default());
        match door.call(DoorRequest::ToolResult { call: call.call, text, think }, PATIENCE) {
            Ok(_) => {}
            // It may have come too late; the next call may be answered all the same.
            Err(DoorClientError::Refused(error)) => eprintln!("{error}"),
            Err(error) => return Err(error.into()),
        }
    }
}

/// What "What is 17 plus 4?" comes to; nothing where something else was said.
fn answer(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let [.., left, operation, right] = words.as_slice() else { return None };
    let (left, right): (i64, i64) = (left.parse().ok()?, right.parse().ok()?);
    let result = match *operation {
        "plus" => left.checked_add(right),
        "minus" => left.checked_sub(right),
        "times" => left.checked_mul(right),
        _ => None,
    };
    result.map(|result| format!("{left} {operation} {right} is {result}."))
}

#[cfg(test)]
mod tests {
    use super::answer;

    #[test]
    fn sums_are_answered_and_the_rest_is_left() {
        assert_eq!(answer("What is 17 plus 4?").as_deref(), Some("17 plus 4 is 21."));
        assert_eq!(answer("3 times 5").as_deref(), Some("3 times 5 is 15."));
        for left in ["", "plus", "Why is the sky blue?", "What is 9223372036854775807 plus 1?", "one plus one"] {
            assert_eq!(answer(left), None, "{left}");
        }
    }
}
