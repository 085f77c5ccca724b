//! Tools of one's own: this program answers some questions itself, and leaves the rest to Parley: `cargo run --example tool`.
//!
//! It uses the control door. Parley calls a tool when somebody says one of the sentences that it was offered with, and says
//! what the program answers; or the language model answers, with what the program knows. `done` decides, and is a function
//! of its own, so that it can be tested.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "whoever starts it looks on")]

use std::error::Error;
use std::time::Duration;

use parley_door::{Door, DoorRequest};
use parley_door_client::{DoorClient, DoorClientError, DoorNews};

const PATIENCE: Duration = Duration::from_secs(5);

/// Name, description and sentences of each.
const TOOLS: [(&str, &str, &[&str]); 2] = [
    ("rubbish", "says when the rubbish is collected", &["When is the rubbish collected?", "When do the bins go out?"]),
    ("load", "says how busy this machine is", &["How busy are you?", "What is your load?"]),
];

fn main() -> Result<(), Box<dyn Error>> {
    let mut door = DoorClient::connect(Door::Control, "the tools of the examples", false)?;
    for (name, description, sentences) in TOOLS {
        let sentences = sentences.iter().map(|sentence| (*sentence).to_owned()).collect();
        let (name, description) = (name.into(), description.into());
        door.call(DoorRequest::OfferTool { name, description, sentences, parameters: None, any: false }, PATIENCE)?;
    }
    loop {
        let Some(DoorNews::ToolCalled(call)) = door.wait(None)? else { continue };
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let (text, think) = done(&call.name, &load);
        println!("{} -> {text}", call.name);
        match door.call(DoorRequest::ToolResult { call: call.call, text, think }, PATIENCE) {
            Ok(_) => {}
            // It may have come too late; the next call may be answered all the same.
            Err(DoorClientError::Refused(error)) => eprintln!("{error}"),
            Err(error) => return Err(error.into()),
        }
    }
}

/// What a tool answers, and whether Parley is to think about that first. `load`: what `/proc/loadavg` says.
fn done(tool: &str, load: &str) -> (String, bool) {
    let said = |text: &str| (text.to_owned(), false);
    match (tool, load.split_whitespace().next()) {
        ("rubbish", _) => said("The rubbish is collected on Thursdays."),
        ("load", Some(load)) => (format!("{load} programs are at work here, on average of the last minute"), true),
        ("load", None) => said("This machine does not tell how busy it is."),
        (_, _) => said("I cannot do that."),
    }
}

#[cfg(test)]
mod tests {
    use super::{TOOLS, done};

    #[test]
    fn what_it_offers_it_does() {
        assert_eq!(TOOLS.map(|(name, ..)| done(name, "0.25 0.5 0.75 1/200 4711\n").1), [false, true]);
        assert!(done("load", "0.25 0.5 0.75").0.contains("0.25"));
        assert!(done("load", "").0.contains("does not tell"));
        assert!(done("rubbish", "").0.contains("Thursdays"));
        assert!(TOOLS.iter().all(|(name, ..)| !done(name, "1").0.contains("cannot")));
    }
}
