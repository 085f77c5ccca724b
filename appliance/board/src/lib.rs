//! What is on the board's pins: sound cards, buttons and lights, as data; what presses mean, and what lights show. Pure: nothing here
//! opens a device.
//!
//! Terms: a **line** is a pin of the 40-pin header by the number that the chip gives it (`GPIO17`); a **press** is what a person did
//! with a button, once the bouncing of its contact is taken out; a **showing** is what a light tells.
//!
//! Rules:
//! - A board is a file in `boards/`; an owner names it, and one that is wrong is refused in words before anything is touched.
//! - Nobody has tried these boards: what stands here is of the vendors' documents and the kernel's sources, each named beside its fact.

mod board;
mod boards;
mod cards;
mod debounce;
mod pattern;
mod press;
mod wire;

pub use board::{
    Board, BoardError, Button, ButtonAction, HoldStage, Lights, PlainLight, Polarity, Pull, StripKind, StripWires,
};
pub use boards::{BOARDS, board, names};
pub use cards::{SOUND_CARDS, SoundCard, known_card};
use debounce::Debounce;
pub use pattern::{Colour, Pattern, Showing};
pub use press::{ButtonReader, Press};
pub use wire::{WS2812_HZ, apa102, ws2812};
