//! A simulated world for whole conversations: the real core, conductor and playback, scripted engines, a scripted person.

pub mod world;
