//! State, events and replies in words.

use anyhow::Result;
use parley_daemon::health::echo_days::{answers_in_words, chirp_in_words};
use parley_door::{
    DoorEvent, DoorNearMiss, DoorOutcome, DoorPhase, DoorReply, EchoState, OWN_SEAT, OwnerSetting, SeatState,
    UpdateStep,
};
use parley_door_client::DoorClient;

use super::output;

pub(super) fn state(client: &DoorClient) -> Result<()> {
    let state = client.state();
    for seat in &state.seats {
        output::line(seat_line(seat, &client.hello().parley))?;
    }
    for engine in &state.out_of_order {
        output::line(format_args!("{engine} is out of order; `parley check` says why"))?;
    }
    for trouble in &state.troubles {
        output::line(format_args!("the {} {}", trouble.part, trouble.says))?;
    }
    state.echo.iter().try_for_each(|state| echo(state))?;
    state.update.iter().try_for_each(|step| output::line(format_args!("update: {}", update(step))))
}

/// What is known of the device's own echo.
fn echo(EchoState { answers, chirp, faults }: &EchoState) -> Result<()> {
    chirp.iter().try_for_each(|chirp| output::line(format_args!("echo: {}", chirp_in_words(chirp))))?;
    answers.iter().try_for_each(|answers| output::line(format_args!("echo: {}", answers_in_words(answers))))?;
    faults.iter().try_for_each(|fault| output::line(format_args!("echo: {}", fault.says)))
}

fn seat_line(seat: &SeatState, parley: &str) -> String {
    let mut line = format!("Parley {parley} ({}) {}", seat.seat, phase(seat.phase));
    if let Some(volume) = seat.volume {
        line += &format!("; volume {volume} %");
    }
    if seat.muted {
        line += "; the microphone is closed";
    }
    if let Some(seconds) = seat.heard_s {
        line += &format!("; {seconds} s were heard since the start");
    }
    line
}

pub(super) fn event(event: &DoorEvent) -> Result<()> {
    let words = |text: &Option<String>| text.as_ref().map_or_else(String::new, |text| format!(": {text}"));
    let what = match event {
        DoorEvent::SeatTaken(seat) => format!("a program has taken {}", seat.seat),
        DoorEvent::SeatLeft { seat } => format!("{seat} is free again"),
        DoorEvent::Phase { phase: now, .. } => format!("Parley {}", phase(*now)),
        DoorEvent::SpeechBegan { .. } => "somebody speaks".into(),
        DoorEvent::NoWords { .. } => "there were no words".into(),
        DoorEvent::Understood { language, text, .. } => format!("a question ({language}){}", words(text)),
        DoorEvent::Answering { text, .. } => format!("an answer{}", words(text)),
        DoorEvent::TurnEnded { outcome, .. } => format!("the answer is over{}", ending(*outcome)),
        DoorEvent::Engine { engine, works: true } => format!("{engine} works again"),
        DoorEvent::Engine { engine, works: false } => format!("{engine} is out of order; `parley check` says why"),
        DoorEvent::Trouble { part, says, over: false } => format!("the {part} {says}"),
        DoorEvent::Trouble { part, says, over: true } => format!("no more: the {part} {says}"),
        DoorEvent::Volume { percent, .. } => format!("volume {percent} %"),
        DoorEvent::Muted { muted: true, .. } => "the microphone is closed".into(),
        DoorEvent::Muted { muted: false, .. } => "the microphone is open".into(),
        DoorEvent::Setting { key } => format!("{key} was changed; `parley ctl settings` shows it"),
        DoorEvent::Update(step) => format!("update: {}", update(step)),
        DoorEvent::Echo(state) => return echo(state),
        DoorEvent::Unknown => return Ok(()),
    };
    match event.seat() {
        None | Some(OWN_SEAT) => output::line(what),
        Some(seat) => output::line(format_args!("{seat}: {what}")),
    }
}

pub(super) fn reply(reply: &DoorReply) -> Result<()> {
    match reply {
        DoorReply::NearMisses { near_misses } if near_misses.is_empty() => output::line("nothing in the last hour"),
        DoorReply::NearMisses { near_misses } => near_misses.iter().try_for_each(|miss| {
            let DoorNearMiss { number, seconds_ago, word, percent, mine } = miss;
            let was = if *mine { ", yours" } else { "" };
            output::line(format_args!("{number}: {} min ago, \"{word}\" by {percent} %{was}", seconds_ago / 60))
        }),
        DoorReply::NearMissLearnt { word, missing: 0 } => {
            output::line(format_args!("\"{word}\" is learnt from it too"))
        }
        DoorReply::NearMissLearnt { word, missing } => {
            output::line(format_args!("{missing} more of \"{word}\" within the hour, and it is learnt from them"))
        }
        DoorReply::Volume { percent } => output::line(format_args!("volume {percent} %")),
        DoorReply::Settings { settings } => settings.iter().try_for_each(|setting| {
            let waits = if setting.waits { "; another one after a restart" } else { "" };
            output::line(format_args!("{}{waits}", setting_line(setting)))
        }),
        DoorReply::Setting { setting, restart } => {
            let when = if *restart { "; takes effect after a restart" } else { "" };
            output::line(format_args!("{}{when}", setting_line(setting)))
        }
        DoorReply::Done
        | DoorReply::Status(_)
        | DoorReply::Answered { .. }
        | DoorReply::Room(_)
        | DoorReply::Unknown => Ok(()),
    }
}

fn setting_line(OwnerSetting { key, value, set, .. }: &OwnerSetting) -> String {
    let here = if *set { " (set here)" } else { "" };
    match value {
        Some(value) => format!("{key} = {value}{here}"),
        None => format!("{key} is not set"),
    }
}

pub(super) fn ending(outcome: DoorOutcome) -> &'static str {
    match outcome {
        DoorOutcome::Completed | DoorOutcome::Unknown => "",
        DoorOutcome::Interrupted => " (interrupted)",
        DoorOutcome::Withdrawn => " (taken back: the question went on)",
    }
}

fn phase(phase: DoorPhase) -> &'static str {
    match phase {
        DoorPhase::Asleep => "waits to be woken",
        DoorPhase::Quiet => "waits for somebody to speak",
        DoorPhase::Listening => "listens",
        DoorPhase::Deciding => "listens whether somebody goes on",
        DoorPhase::Thinking => "thinks",
        DoorPhase::Speaking => "speaks",
        DoorPhase::Interrupted => "lets somebody speak who interrupts",
        DoorPhase::Unknown => "does something that this program does not know",
    }
}

fn update(UpdateStep { step, version, percent, because }: &UpdateStep) -> String {
    let mut line = step.clone();
    if let Some(version) = version {
        line += &format!(" {version}");
    }
    if let Some(percent) = percent {
        line += &format!(" {percent} %");
    }
    if let Some(because) = because {
        line += &format!(": {because}");
    }
    line
}
