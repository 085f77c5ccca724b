//! A root shell in the guest, on a port of the emulator: commands with what they print and their exit code.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// How long one look at what was heard waits, of the host's time.
const LOOK: Duration = Duration::from_millis(100);

pub struct Shell {
    stream: UnixStream,
    commands: u32,
    heard: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    pub code: i32,
    /// What it printed, on both streams.
    pub output: String,
}

impl Shell {
    /// Talks over that connection.
    pub fn new(stream: UnixStream) -> Result<Self> {
        stream.set_read_timeout(Some(LOOK))?;
        Ok(Self { stream, commands: 0, heard: String::new() })
    }

    /// Begins a command; `poll` tells when it is done.
    pub fn begin(&mut self, command: &str) -> Result<()> {
        self.commands += 1;
        self.heard.clear();
        let id = self.commands;
        // Its own input is the next command, which is not the command's to read.
        let line = format!("{{ echo BEGIN{id}; {command}\n}} 2>&1 </dev/null; code=$?; echo; echo END{id} $code\n");
        self.stream.write_all(line.as_bytes()).context("the guest's shell does not listen")
    }

    /// Looks whether the command is done.
    pub fn poll(&mut self) -> Result<Option<Done>> {
        let mut buffer = [0; 4096];
        match self.stream.read(&mut buffer) {
            Ok(read @ 1..) => self.heard.push_str(&String::from_utf8_lossy(&buffer[..read])),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
            Ok(_) | Err(_) => bail!("the guest's shell is gone; it had said: {}", self.heard),
        }
        Ok(done(&self.heard, self.commands))
    }

    /// What the running command has printed so far, for an error message.
    pub fn heard(&self) -> &str {
        &self.heard
    }
}

fn done(heard: &str, id: u32) -> Option<Done> {
    let (_, after) = heard.split_once(&format!("BEGIN{id}"))?;
    let (output, end) = after.split_once(&format!("END{id} "))?;
    let code = end.split_once('\n')?.0.parse().ok()?;
    Some(Done { code, output: output.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_done_when_its_code_is_there() {
        assert_eq!(done("BEGIN7\n", 7), None);
        assert_eq!(done("BEGIN7\nno\n\nEND7 1", 7), None, "more digits may follow");
        let expected = Done { code: 1, output: "no".into() };
        assert_eq!(done("END6 0\nBEGIN7\nno\n\nEND7 1\n", 7), Some(expected));
    }

    #[test]
    fn a_real_shell_answers() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let input: std::os::fd::OwnedFd = theirs.try_clone().unwrap().into();
        let output: std::os::fd::OwnedFd = theirs.into();
        let mut child = std::process::Command::new("sh").stdin(input).stdout(output).spawn().unwrap();
        let mut shell = Shell::new(ours).unwrap();
        let mut run = |command: &str| {
            shell.begin(command).unwrap();
            loop {
                if let Some(done) = shell.poll().unwrap() {
                    return done;
                }
            }
        };
        assert_eq!(run("echo one; echo two >&2; false"), Done { code: 1, output: "one\ntwo".into() });
        assert_eq!(run("printf no-end-of-line"), Done { code: 0, output: "no-end-of-line".into() });
        drop(shell);
        child.wait().unwrap();
    }
}
