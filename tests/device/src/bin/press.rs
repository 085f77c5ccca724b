//! Presses a simulated button, and tells how long after it the daemon knows, and how long after that a light is on; for the cases of a board.
//! `device-press SOCKET WORD BUTTON LIGHT`: the daemon's read door, a word of the event that is waited for, and two folders of the kernel's
//! simulation (`…/sim_gpio25`). Prints `{"event_us": …, "light_us": …}`, both counted from the press, in the guest's time.

#![allow(clippy::print_stdout, reason = "whoever presses looks on")]

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(10);
/// As long as people press.
const HELD: Duration = Duration::from_millis(150);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [socket, word, button, light] = arguments.as_slice() else {
        return Err("device-press SOCKET WORD BUTTON LIGHT".into());
    };
    let (button, light) = (Path::new(button).join("pull"), Path::new(light).join("value"));
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    writeln!(stream, r#"{{"type":"hello","version":"1.0","name":"a finger"}}"#)?;
    let mut lines = BufReader::new(stream).lines();
    // The hello and the state.
    for _ in 0..2 {
        lines.next().ok_or("it says nothing")??;
    }
    let lit = || Ok::<_, std::io::Error>(fs::read_to_string(&light)?.trim() == "1");
    if lit()? {
        return Err("the light is on already".into());
    }
    fs::write(&button, "pull-down")?;
    let pressed = Instant::now();
    let finger = std::thread::spawn(move || {
        std::thread::sleep(HELD);
        fs::write(&button, "pull-up")
    });
    while !lines.next().ok_or("it was closed without that word")??.contains(word) {}
    let event = pressed.elapsed();
    while !lit()? {
        if pressed.elapsed() > PATIENCE {
            return Err("the light stays dark".into());
        }
    }
    let shown = pressed.elapsed();
    finger.join().map_err(|_| "the finger is stuck")??;
    println!("{{\"event_us\": {}, \"light_us\": {}}}", event.as_micros(), shown.as_micros());
    Ok(())
}
