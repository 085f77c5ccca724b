//! A visitor at the daemon's doors, for what the cases try as one user or another: says lines at a Unix socket, and prints the lines
//! that come until one contains a word. `device-knock SOCKET WORD LINE…`
//!
//! Fails where it may not in, and where no such line comes within ten seconds.

#![allow(clippy::print_stdout, reason = "whoever knocks looks on")]

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(10);
/// The doors' own limit of a line.
const LONGEST_LINE: u64 = 64 * 1024;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(socket), Some(word)) = (arguments.next(), arguments.next()) else {
        return Err("device-knock SOCKET WORD LINE…".into());
    };
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    for line in arguments {
        writeln!(stream, "{line}")?;
    }
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = Vec::new();
        (&mut reader).take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Err("it was closed without that word".into());
        }
        let line = String::from_utf8_lossy(&line);
        println!("{}", line.trim_end());
        if line.contains(&word) {
            return Ok(());
        }
    }
}
