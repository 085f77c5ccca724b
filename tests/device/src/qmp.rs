//! QEMU's control socket: commands with answers, and events in between.

use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// How long QEMU may take to answer, of the host's time. Generous: the host may be busy with other things altogether.
const ANSWER_WITHIN: Duration = Duration::from_secs(600);
/// How long one look at the socket waits, of the host's time.
const LOOK: Duration = Duration::from_millis(50);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The guest restarted: a reboot, or a panic with `panic=1`.
    Reset,
    PowerOff,
    Watchdog,
}

pub struct Qmp {
    stream: UnixStream,
    reader: BufReader<UnixStream>,
    line: String,
    stop: Option<Stop>,
}

impl Qmp {
    /// Greets QEMU.
    pub fn connect(stream: UnixStream) -> Result<Self> {
        stream.set_read_timeout(Some(LOOK))?;
        let reader = BufReader::new(stream.try_clone()?);
        let mut qmp = Self { stream, reader, line: String::new(), stop: None };
        qmp.message_within(ANSWER_WITHIN)?.context("QEMU does not greet")?;
        qmp.execute("qmp_capabilities", &json!({}))?;
        Ok(qmp)
    }

    /// Runs a command and returns what it answers.
    pub fn execute(&mut self, command: &str, arguments: &Value) -> Result<Value> {
        let request = json!({ "execute": command, "arguments": arguments });
        writeln!(self.stream, "{request}").with_context(|| format!("QEMU does not take {command}"))?;
        let end = Instant::now() + ANSWER_WITHIN;
        while Instant::now() < end {
            let Some(mut message) = self.message_within(LOOK)? else { continue };
            if let Some(error) = message.get("error") {
                bail!("QEMU refused {command}: {error}");
            }
            if message.get("return").is_some() {
                return Ok(message["return"].take());
            }
        }
        bail!("QEMU did not answer {command}")
    }

    /// Why the emulator has stopped, if it has; looks for a short time.
    pub fn stop(&mut self) -> Result<Option<Stop>> {
        if self.stop.is_none() {
            self.message_within(LOOK)?;
        }
        Ok(self.stop)
    }

    /// The guest's time, seconds since 1970 of its own clock: read from the emulated clock chip, which follows the
    /// guest's instructions.
    pub fn guest_clock_s(&mut self) -> Result<u64> {
        let look = json!({ "command-line": format!("xp /1wx {CLOCK_CHIP:#x}") });
        let answer = self.execute("human-monitor-command", &look)?;
        let word = answer.as_str().and_then(|text| text.split_once(": 0x")).map(|(_, word)| word.trim());
        let word = word.with_context(|| format!("the clock chip says {answer}"))?;
        u64::from_str_radix(word, 16).context("the clock chip's time is no number")
    }

    /// The next message; events are noted, and returned as well.
    fn message_within(&mut self, time: Duration) -> Result<Option<Value>> {
        let end = Instant::now() + time;
        loop {
            match self.reader.read_line(&mut self.line) {
                Ok(0) => bail!("QEMU closed its control socket"),
                Ok(_) => {
                    let message: Value = serde_json::from_str(&self.line).context("QEMU did not send JSON")?;
                    self.line.clear();
                    self.stop = self.stop.or(stop_in(&message));
                    return Ok(Some(message));
                }
                // What was read of a line stays in the buffer.
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted) =>
                {
                    if Instant::now() >= end {
                        return Ok(None);
                    }
                }
                Err(error) => return Err(error).context("QEMU's control socket broke"),
            }
        }
    }
}

/// The PL031 clock of QEMU's `virt` board.
const CLOCK_CHIP: u64 = 0x0901_0000;

fn stop_in(message: &Value) -> Option<Stop> {
    match message["event"].as_str()? {
        "WATCHDOG" => Some(Stop::Watchdog),
        "SHUTDOWN" => match message["data"]["reason"].as_str()? {
            "guest-reset" | "guest-panic" => Some(Stop::Reset),
            "guest-shutdown" => Some(Stop::PowerOff),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_is_told_by_its_reason() {
        let shutdown =
            |reason: &str| stop_in(&json!({ "event": "SHUTDOWN", "data": { "guest": true, "reason": reason } }));
        assert_eq!(shutdown("guest-reset"), Some(Stop::Reset));
        assert_eq!(shutdown("guest-shutdown"), Some(Stop::PowerOff));
        assert_eq!(shutdown("host-qmp-quit"), None);
        assert_eq!(stop_in(&json!({ "event": "WATCHDOG", "data": { "action": "pause" } })), Some(Stop::Watchdog));
        assert_eq!(stop_in(&json!({ "return": {} })), None);
    }

    #[test]
    fn events_between_a_command_and_its_answer_are_kept() {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let qemu = std::thread::spawn(move || {
            writeln!(theirs, "{}\n{}", json!({ "QMP": {} }), json!({ "return": {} })).unwrap();
            writeln!(theirs, "{}", json!({ "event": "WATCHDOG" })).unwrap();
            writeln!(theirs, "{}", json!({ "return": "0000000009010000: 0x0000002a\r\n" })).unwrap();
            theirs
        });
        let mut qmp = Qmp::connect(ours).unwrap();
        let _open = qemu.join().unwrap();
        assert_eq!(qmp.guest_clock_s().unwrap(), 42);
        assert_eq!(qmp.stop().unwrap(), Some(Stop::Watchdog));
    }
}
