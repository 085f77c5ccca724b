//! A light that follows Parley: `cargo run --example light`.
//!
//! It uses the read door, which tells no words. Put your own lamp into `shine`.

#![allow(clippy::print_stdout, reason = "it is a lamp for want of a lamp")]

use std::error::Error;

use parley_door::{Door, DoorPhase, DoorState, OWN_SEAT};
use parley_door_client::DoorClient;

fn main() -> Result<(), Box<dyn Error>> {
    let mut door = DoorClient::connect(Door::Read, "the light of the examples", false)?;
    let mut shown = None;
    loop {
        let colour = colour(door.state());
        if shown != Some(colour) {
            shine(colour);
            shown = Some(colour);
        }
        door.wait(None)?;
    }
}

fn shine(colour: &str) {
    println!("{colour}");
}

/// What the light shows in this state.
fn colour(state: &DoorState) -> &'static str {
    let Some(seat) = state.seat(OWN_SEAT) else { return "off" };
    match seat.phase {
        _ if seat.muted => "red",
        _ if !state.out_of_order.is_empty() => "orange",
        DoorPhase::Listening | DoorPhase::Deciding => "blue",
        DoorPhase::Thinking => "yellow",
        DoorPhase::Speaking => "green",
        DoorPhase::Asleep | DoorPhase::Quiet | DoorPhase::Interrupted | DoorPhase::Unknown => "off",
    }
}
