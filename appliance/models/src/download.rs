//! Fetching a file over HTTP, resuming where the server allows it.
//!
//! The size is known beforehand, so a server that announces another one is refused at once, and one that never ends
//! is cut off. A broken connection is taken up again as long as that gains something.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::digest::each_chunk;
use crate::error::AttemptError;

/// A new attempt must bring at least this much more than any before it, …
const WORTHWHILE_BYTES: u64 = 64 * 1024;
/// … or else this many in a row are enough.
const MAX_FRUITLESS: u32 = 3;
const MAX_REDIRECTS: u32 = 10;

/// How long a server may take to accept a connection before the next source is tried.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a server may be silent in the middle of a download.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(30);
/// How long to wait before a broken download is taken up again.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// A client of the web, which remembers the hosts that could not be reached.
pub(crate) struct Web {
    agent: ureq::Agent,
    pub(crate) pause: Duration,
    unreachable: Mutex<BTreeSet<String>>,
}

/// How one request ended without an error that settles the matter.
enum Ended {
    Whole,
    Broken(String),
    NoAnswer(String),
}

impl Web {
    pub(crate) fn new() -> Self {
        let agent = ureq::Agent::config_builder()
            .proxy(ureq::Proxy::try_from_env())
            .timeout_resolve(Some(CONNECT_TIMEOUT))
            .timeout_connect(Some(CONNECT_TIMEOUT))
            .timeout_recv_response(Some(SILENCE_TIMEOUT))
            .timeout_per_read(Some(SILENCE_TIMEOUT))
            .max_redirects(MAX_REDIRECTS)
            .http_status_as_error(false)
            .user_agent(concat!("parley/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Self { agent, pause: RETRY_PAUSE, unreachable: Mutex::default() }
    }

    /// Brings `part` to `bytes` bytes, going on after what it has.
    pub(crate) fn fetch(
        &self,
        address: &str,
        part: &Path,
        bytes: u64,
        progress: &mut dyn FnMut(u64),
    ) -> Result<(), AttemptError> {
        let host = address.split('/').nth(2).unwrap_or_default();
        if self.unreachable.lock().unwrap_or_else(PoisonError::into_inner).contains(host) {
            return Err(AttemptError::Unreachable(format!("{host} could not be reached before; not tried again")));
        }
        let (mut best, mut fruitless) = (size_of(part), 0);
        loop {
            let have = size_of(part);
            if have > bytes {
                fs::remove_file(part).map_err(AttemptError::io(part))?;
                continue;
            }
            if have == bytes {
                return Ok(());
            }
            let problem = match self.once(address, part, have, bytes, progress)? {
                Ended::Whole => return Ok(()),
                Ended::NoAnswer(problem) if best == 0 => {
                    self.unreachable.lock().unwrap_or_else(PoisonError::into_inner).insert(host.to_owned());
                    return Err(AttemptError::Unreachable(problem));
                }
                Ended::Broken(problem) | Ended::NoAnswer(problem) => problem,
            };
            let reached = size_of(part);
            if reached >= best + WORTHWHILE_BYTES {
                (best, fruitless) = (reached, 0);
            } else {
                fruitless += 1;
            }
            if fruitless >= MAX_FRUITLESS {
                return Err(AttemptError::Unreachable(format!("broke off after {best} of {bytes} bytes: {problem}")));
            }
            std::thread::sleep(self.pause);
        }
    }

    fn once(
        &self,
        address: &str,
        part: &Path,
        have: u64,
        bytes: u64,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Ended, AttemptError> {
        let mut request = self.agent.get(address).config().https_only(address.starts_with("https:")).build();
        if have > 0 {
            request = request.header("Range", format!("bytes={have}-"));
        }
        let response = match request.call() {
            Ok(response) => response,
            Err(error) => return Ok(Ended::NoAnswer(error.to_string())),
        };
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let mut at = match response.status().as_u16() {
            200 => {
                let announced = header("content-length").and_then(|length| length.parse().ok());
                if let Some(found) = announced.filter(|length| *length != bytes) {
                    return Err(AttemptError::size(found, bytes));
                }
                0
            }
            206 if header("content-range").is_some_and(|range| continues(range, have, bytes)) => have,
            206 | 416 if have > 0 => {
                fs::remove_file(part).map_err(AttemptError::io(part))?;
                return Ok(Ended::Broken("the server does not go on where the download broke off".to_owned()));
            }
            status @ (429 | 500..=599) => return Ok(Ended::Broken(format!("the server answered {status}"))),
            status => return Err(AttemptError::Unreachable(format!("the server answered {status}"))),
        };
        let mut file = open_at(part, at).map_err(AttemptError::io(part))?;
        let broken = |error: io::Error| Ok(Ended::Broken(error.to_string()));
        let copied = each_chunk(response.into_body().into_reader(), broken, |chunk| {
            at += chunk.len() as u64;
            if at > bytes {
                let _ = fs::remove_file(part);
                return Err(Err(AttemptError::too_large(bytes)));
            }
            file.write_all(chunk).map_err(|error| Err(AttemptError::io(part)(error)))?;
            progress(at);
            Ok(())
        });
        match copied {
            Ok(()) if at == bytes => Ok(Ended::Whole),
            Ok(()) => Ok(Ended::Broken("it ended early".to_owned())),
            Err(ended) => ended,
        }
    }
}

/// Whether a `Content-Range` such as `bytes 100-199/200` begins at `have` and is of a file of `bytes` bytes.
fn continues(range: &str, have: u64, bytes: u64) -> bool {
    let Some((span, total)) = range.strip_prefix("bytes ").and_then(|range| range.split_once('/')) else {
        return false;
    };
    let start = span.split_once('-').and_then(|(start, _)| start.parse::<u64>().ok());
    start == Some(have) && (total == "*" || total.parse() == Ok(bytes))
}

fn open_at(part: &Path, at: u64) -> io::Result<File> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(part)?;
    file.set_len(at)?;
    file.seek(io::SeekFrom::Start(at))?;
    Ok(file)
}

fn size_of(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |data| data.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_believed_only_where_it_continues() {
        assert!(continues("bytes 100-199/200", 100, 200));
        assert!(continues("bytes 100-199/*", 100, 200));
        for bad in ["bytes 0-199/200", "bytes 100-199/201", "bytes */200", "100-199/200", "bytes x-y/z", ""] {
            assert!(!continues(bad, 100, 200), "{bad}");
        }
    }
}
