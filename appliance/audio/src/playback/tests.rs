//! The renderer against a model of an ear, and the paced sinks in a time of their own.

mod any_order;
mod cost;
mod ducking;
mod feeds;
mod mixing;
mod real_time;
mod streams;
mod threads;
mod world;

const RATE_HZ: u32 = 1_000;
const PERIOD: usize = 10;
