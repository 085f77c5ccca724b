//! An HTTP server for one file that answers range requests and counts what it sends.

use std::io::BufReader;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result, ensure};
use parley_device::range_server;

/// Serves until the program ends, on this machine alone.
pub struct RangeServer {
    url: String,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    bytes: AtomicU64,
    requests: AtomicU64,
}

impl Counts {
    fn add(&self, sent: u64) -> std::io::Result<()> {
        self.bytes.fetch_add(sent, Ordering::Relaxed);
        self.requests.fetch_add(u64::from(sent > 0), Ordering::Relaxed);
        Ok(())
    }
}

impl RangeServer {
    /// Begins to serve a file.
    pub fn start(file: &Path) -> Result<RangeServer> {
        let file = file.canonicalize().with_context(|| format!("there is no bundle {}", file.display()))?;
        let (folder, name) = file.parent().zip(file.file_name()).context("a bundle is a file")?;
        let (folder, name) = (folder.to_owned(), name.to_str().context("the bundle's name is no text")?.to_owned());
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let (address, counts) = (listener.local_addr()?.to_string(), Arc::<Counts>::default());
        let own = Arc::clone(&counts);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that goes away is no business of the server's.
                let _ = range_server::serve(&folder, BufReader::new(&stream), &stream, |sent| own.add(sent));
            }
        });
        Ok(RangeServer { url: format!("http://{address}/{name}"), counts })
    }

    /// Bytes of content that were sent, and requests that were answered.
    pub fn sent(&self) -> (u64, u64) {
        (self.counts.bytes.load(Ordering::Relaxed), self.counts.requests.load(Ordering::Relaxed))
    }

    /// Somebody who asks it.
    pub fn client(&self) -> Client {
        Client { url: self.url.clone(), agent: ureq::Agent::new_with_defaults() }
    }
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
        assert!(client.get(256, 1).is_err(), "beyond the end");
        assert_eq!(server.sent(), (10, 2));
    }
}
