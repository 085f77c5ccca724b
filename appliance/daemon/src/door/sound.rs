//! The socket for sound: what a seat of a client's own is made of. The server that puts them together is not written yet, so
//! that only their tests are built.

mod microphone;
mod pace;
mod playout;
