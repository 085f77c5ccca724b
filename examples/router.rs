//! A router of one's own: it answers some questions itself, and leaves the rest to Parley: `cargo run --example router`.
//!
//! It uses the control door, and asks for the words. What it knows better it says in Parley's place: it stops the answer
//! that has begun, and has its own said. `route` decides, and is a pure function, so that it can be tested.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "whoever starts it looks on")]

use std::error::Error;
use std::time::Duration;

use parley_door::{Door, DoorEvent, DoorRequest};
use parley_door_client::{DoorClient, DoorClientError, DoorNews};

const PATIENCE: Duration = Duration::from_secs(5);

fn main() -> Result<(), Box<dyn Error>> {
    let mut door = DoorClient::connect(Door::Control, "the router of the examples", true)?;
    loop {
        let Some(DoorNews::Event(news)) = door.wait(None)? else { continue };
        let DoorEvent::Understood { text: Some(question), .. } = news.event else { continue };
        let Some(answer) = route(&question) else { continue };
        door.call(DoorRequest::Interrupt { seat: None }, PATIENCE)?;
        match door.call(DoorRequest::Say { text: answer.into(), seat: None }, PATIENCE) {
            Ok(_) => println!("{question} -> {answer}"),
            // Somebody may not fall silent; the next question may be answered all the same.
            Err(DoorClientError::Refused(error)) => eprintln!("{question} -> {answer}: {error}"),
            Err(error) => return Err(error.into()),
        }
    }
}

/// What to say; nothing where Parley is to answer.
fn route(question: &str) -> Option<&'static str> {
    let question = question.to_lowercase();
    let asks = |words: &[&str]| words.iter().all(|word| question.contains(word));
    if asks(&["rubbish", "collected"]) || asks(&["bins", "out"]) {
        Some("The rubbish is collected on Thursdays.")
    } else if asks(&["wi-fi", "password"]) {
        Some("It is written on the back of the router.")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::route;

    #[test]
    fn what_it_knows_it_answers_and_the_rest_it_leaves() {
        assert!(route("When is the rubbish collected?").is_some_and(|answer| answer.contains("Thursdays")));
        assert!(route("What's the Wi-Fi password?").is_some());
        assert_eq!(route("What is the capital of France?"), None);
    }
}
