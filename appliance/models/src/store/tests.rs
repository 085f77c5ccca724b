//! Fetching and carrying: from packages with a stand-in for pip, and from a web server with everything that can go wrong.

mod carry;
mod full_disk;
mod packages;
mod server;
mod web;
