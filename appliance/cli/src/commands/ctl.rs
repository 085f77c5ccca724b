//! `parley ctl`: sees and steers the Parley that runs, through its local door.

mod show;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use parley_door::{
    Door, DoorError, DoorEvent, DoorReply, DoorRequest, DoorUrgency, ErrorCode, FromDaemon, NumberedEvent, OWN_SEAT,
    UpdateWish,
};
use parley_door_client::{DoorClient, DoorClientError, DoorNews};
use serde::Serialize;

use super::output;

/// Who asks, for the daemon's log.
const NAME: &str = "parley ctl";
/// How long the daemon may take for what it does at once.
const PATIENCE: Duration = Duration::from_secs(10);
/// The daemon itself gives up an answer before.
const LONGEST_ANSWER: Duration = Duration::from_secs(180);
/// The same for what root is to do.
const LONGEST_WISH: Duration = Duration::from_secs(90);

#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
    /// Print lines of JSON, as docs/DOOR.md describes them; an error is {"error": {code, message}}
    #[arg(long, global = true)]
    json: bool,
    /// The seat that is meant, such as seat-2; without it, the device's own
    #[arg(long, global = true, value_name = "NAME")]
    seat: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Say what Parley is doing, and what is out of order
    Status,
    /// Say what happens, as it happens
    Watch {
        /// What people and Parley say, too
        #[arg(long)]
        words: bool,
    },
    /// Stop what Parley is saying, and let it listen
    Interrupt,
    /// Close the microphone, or open it again
    Mute {
        #[arg(default_value = "on")]
        state: Switch,
    },
    /// Say how loud Parley is, or set it
    Volume {
        /// 0 to 100
        #[arg(value_parser = clap::value_parser!(u8).range(0..=100))]
        percent: Option<u8>,
    },
    /// Have a text said
    Say {
        #[arg(required = true)]
        text: Vec<String>,
    },
    /// Ask a question in writing; it is answered aloud and here
    Ask {
        #[arg(required = true)]
        text: Vec<String>,
    },
    /// Have something said that nobody asked for
    Announce {
        #[arg(required = true)]
        text: Vec<String>,
        /// Whether it waits for a quiet moment, goes behind what is being said, or before it
        #[arg(long, default_value = "normal")]
        urgency: Urgency,
        /// Leave it unsaid where it has not begun after so many seconds
        #[arg(long, value_name = "SECONDS")]
        expires: Option<u32>,
    },
    /// Show the settings that are in force, or change one
    Settings {
        #[command(subcommand)]
        change: Option<Change>,
    },
    /// Forget what was said
    Forget {
        /// Only of the last so many minutes
        #[arg(long)]
        minutes: Option<u32>,
    },
    /// Have root do something with updates; `parley update` does the same where no Parley runs
    Update { wish: Wish },
}

#[derive(Debug, Subcommand)]
enum Change {
    /// Set a setting, until somebody changes it in a file
    Set {
        /// As in docs/CONFIGURATION.md: conversation.barge-in
        key: String,
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
    /// Let a setting be what the files say
    Unset { key: String },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Switch {
    On,
    Off,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Wish {
    /// Install the update that a stick offers, and restart into it
    Accept,
    /// Go back to the version that was in use before
    Rollback,
    /// Restart into the version that is installed
    Restart,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Urgency {
    Low,
    Normal,
    High,
}

#[derive(Serialize)]
struct Failed {
    error: DoorError,
}

pub(super) fn run(options: Options) -> Result<ExitCode> {
    match perform(options.command, options.seat, options.json) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(error) if options.json && error.is::<DoorClientError>() => {
            let code = match error.downcast_ref() {
                Some(DoorClientError::Refused(refused)) => refused.code,
                Some(DoorClientError::TooLate) => ErrorCode::TooLate,
                Some(DoorClientError::NotAllowed { .. }) => ErrorCode::NotAllowed,
                Some(_) | None => ErrorCode::NotAvailable,
            };
            output::json(&Failed { error: DoorError::new(code, error.to_string()) })?;
            Ok(ExitCode::FAILURE)
        }
        Err(error) => Err(error),
    }
}

fn perform(command: Command, seat: Option<String>, json: bool) -> Result<()> {
    let request = match command {
        Command::Status | Command::Watch { .. } | Command::Settings { .. } if seat.is_some() => {
            bail!("this is about all seats; leave `--seat` out")
        }
        Command::Status => {
            let client = DoorClient::connect(Door::Read, NAME, false)?;
            return if json { output::json(client.state()) } else { show::state(&client) };
        }
        Command::Watch { words } => return watch(words, json),
        Command::Ask { text } => return ask(text.join(" "), seat, json),
        Command::Interrupt => DoorRequest::Interrupt { seat },
        Command::Mute { state } => DoorRequest::Mute { muted: matches!(state, Switch::On), seat },
        Command::Volume { percent } => DoorRequest::Volume { percent, seat },
        Command::Say { text } => DoorRequest::Say { text: text.join(" "), seat },
        Command::Announce { text, urgency, expires } => {
            let urgency = match urgency {
                Urgency::Low => DoorUrgency::Low,
                Urgency::Normal => DoorUrgency::Normal,
                Urgency::High => DoorUrgency::High,
            };
            DoorRequest::Announce { text: text.join(" "), urgency, expires_s: expires, seat }
        }
        Command::Settings { change: None } => DoorRequest::Settings,
        Command::Settings { change: Some(Change::Set { key, value }) } => DoorRequest::SetSetting { key, value },
        Command::Settings { change: Some(Change::Unset { key }) } => DoorRequest::UnsetSetting { key },
        Command::Forget { minutes } => DoorRequest::Forget { minutes, seat },
        Command::Update { wish } => {
            let wish = match wish {
                Wish::Accept => UpdateWish::Accept,
                Wish::Rollback => UpdateWish::Rollback,
                Wish::Restart => UpdateWish::Restart,
            };
            DoorRequest::Update { wish }
        }
    };
    let patience = if matches!(request, DoorRequest::Update { .. }) { LONGEST_WISH } else { PATIENCE };
    let reply = DoorClient::connect(Door::Control, NAME, false)?.call(request, patience)?;
    if json { output::json(&reply) } else { show::reply(&reply) }
}

/// A reply in words.
pub(super) fn show(reply: &DoorReply) -> Result<()> {
    show::reply(reply)
}

fn watch(words: bool, json: bool) -> Result<()> {
    let mut client = DoorClient::connect(if words { Door::Control } else { Door::Read }, NAME, words)?;
    let whole = |client: &DoorClient, missed| match json {
        true => output::json(&FromDaemon::State { missed, state: client.state().clone() }),
        false => show::state(client),
    };
    whole(&client, 0)?;
    loop {
        match client.wait(None)? {
            Some(DoorNews::Event(event)) if json => output::json(&FromDaemon::Event(event))?,
            Some(DoorNews::Event(event)) => show::event(&event.event)?,
            Some(DoorNews::Missed(missed)) => whole(&client, missed)?,
            // It offers no tool.
            Some(DoorNews::ToolCalled(_)) | None => {}
        }
    }
}

/// Shows an answer as it comes; with JSON, the reply at its end.
fn ask(text: String, seat: Option<String>, json: bool) -> Result<()> {
    let mut client = DoorClient::connect(Door::Control, NAME, true)?;
    let (mut shown, mut ours, mut failure) = (String::new(), None, Ok(()));
    let question = text.clone();
    let its = seat.clone().unwrap_or_else(|| OWN_SEAT.into());
    let reply = client.call_with(DoorRequest::Ask { text, seat }, LONGEST_ANSWER, |news| {
        let DoorNews::Event(NumberedEvent { event, .. }) = news else { return };
        // Each seat counts its own turns.
        if event.seat() != Some(&its) {
            return;
        }
        if let DoorEvent::Understood { turn, text: Some(text), .. } = event {
            if text == question {
                ours = Some(turn);
            }
        } else if let DoorEvent::Answering { turn, text: Some(text), .. } = event
            && Some(turn) == ours
            && !json
        {
            let gap = if shown.is_empty() { "" } else { " " };
            let printed = output::part(format_args!("{gap}{text}"));
            failure = std::mem::replace(&mut failure, Ok(())).and(printed);
            shown.push_str(gap);
            shown.push_str(&text);
        }
    });
    failure?;
    let reply = reply?;
    if json {
        return output::json(&reply);
    }
    let DoorReply::Answered { answer, outcome, .. } = &reply else { bail!("Parley has said nothing about its answer") };
    // What was missed while it came.
    let rest = answer.as_deref().and_then(|answer| answer.strip_prefix(shown.as_str())).unwrap_or_default();
    output::line(format_args!("{rest}{}", show::ending(*outcome)))
}
