//! An HTTP server for one file that answers range requests and counts what it sends.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, ensure};

/// Serves until the program ends, on this machine alone.
pub struct RangeServer {
    address: String,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    bytes: AtomicU64,
    requests: AtomicU64,
}

impl RangeServer {
    /// Begins to serve a file.
    pub fn start(file: &Path) -> Result<RangeServer> {
        let file = File::open(file).with_context(|| format!("there is no bundle {}", file.display()))?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let (address, counts) = (listener.local_addr()?.to_string(), Arc::<Counts>::default());
        let own = Arc::clone(&counts);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that goes away is no business of the server's.
                let _ = serve(&stream, &file, &own);
            }
        });
        Ok(RangeServer { address, counts })
    }

    /// Bytes of content that were sent, and requests that were answered.
    pub fn sent(&self) -> (u64, u64) {
        (self.counts.bytes.load(Ordering::Relaxed), self.counts.requests.load(Ordering::Relaxed))
    }

    /// Somebody who asks it.
    pub fn client(&self) -> Client {
        Client { url: format!("http://{}/update.raucb", self.address), agent: ureq::Agent::new_with_defaults() }
    }
}

fn serve(stream: &TcpStream, file: &File, counts: &Counts) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let size = file.metadata()?.len();
    loop {
        let (mut asked, mut line) = (None, String::new());
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        loop {
            line.clear();
            reader.read_line(&mut line)?;
            let lower = line.trim().to_ascii_lowercase();
            if lower.is_empty() {
                break;
            }
            asked = asked.or(lower.strip_prefix("range: bytes=").and_then(|range| read_range(range, size)));
        }
        let mut stream = stream;
        let Some(range) = asked else {
            write!(stream, "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n")?;
            continue;
        };
        let (last, length) = (range.end - 1, range.end - range.start);
        let head = format!("Content-Range: bytes {}-{last}/{size}\r\nContent-Length: {length}", range.start);
        write!(stream, "HTTP/1.1 206 Partial Content\r\n{head}\r\n\r\n")?;
        let mut buffer = vec![0; 256 * 1024];
        let mut place = range.start;
        while place < range.end {
            let part = buffer.len().min(usize::try_from(range.end - place).unwrap_or(usize::MAX));
            file.read_exact_at(&mut buffer[..part], place)?;
            stream.write_all(&buffer[..part])?;
            place += part as u64;
        }
        counts.bytes.fetch_add(length, Ordering::Relaxed);
        counts.requests.fetch_add(1, Ordering::Relaxed);
    }
}

/// `4-7` is four bytes.
fn read_range(range: &str, size: u64) -> Option<Range<u64>> {
    let (first, last) = range.split_once('-')?;
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last && last < size).then_some(first..last + 1)
}

/// Asks for ranges.
pub struct Client {
    url: String,
    agent: ureq::Agent,
}

impl Client {
    /// The file's size, as RAUC finds it out: by asking for its first four bytes.
    pub fn size(&self) -> Result<u64> {
        let response = self.agent.get(&self.url).header("Range", "bytes=0-3").call()?;
        let range = response.headers().get("content-range").context("the server offers no ranges")?.to_str()?;
        Ok(range.rsplit_once('/').context("no size")?.1.parse()?)
    }

    /// So many bytes from a place on.
    pub fn get(&self, place: u64, length: u64) -> Result<Vec<u8>> {
        if length == 0 {
            return Ok(Vec::new());
        }
        let range = format!("bytes={place}-{}", place + length - 1);
        let response = self.agent.get(&self.url).header("Range", range).call()?;
        let bytes = response.into_body().into_with_config().limit(length + 1).read_to_vec()?;
        ensure!(bytes.len() as u64 == length, "the server sent {} bytes instead of {length}", bytes.len());
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_served_and_counted_and_nothing_else() {
        let file = tempfile::NamedTempFile::new().expect("a temporary file");
        std::fs::write(file.path(), (0..=255).collect::<Vec<u8>>()).expect("it can be written");
        let server = RangeServer::start(file.path()).expect("it can serve");
        let client = server.client();
        assert_eq!(client.size().expect("it is told"), 256);
        assert_eq!(client.get(250, 6).expect("the end"), [250, 251, 252, 253, 254, 255]);
        assert!(client.get(250, 7).is_err(), "beyond the end");
        assert_eq!(server.sent(), (10, 2));
    }
}
