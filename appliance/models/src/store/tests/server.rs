//! A web server on the loopback device that answers badly on demand.

use std::io::{BufRead, BufReader, Result, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// How a request for the content is answered.
#[derive(Clone)]
pub enum Answer {
    /// All of it, or the range that was asked for.
    Whole,
    /// The first bytes of what was asked for, then the connection breaks.
    Cut(usize),
    /// The first bytes of all, whatever range was asked for, then the connection breaks.
    WithoutRanges(usize),
    /// A range from the beginning, whatever range was asked for.
    WrongRange,
    /// No length, and no end.
    Endless,
    /// A status and headers, and no content.
    Head(&'static str, String),
}

/// A running server, and the start of the range of each request so far.
pub struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Option<usize>>>>,
}

impl Server {
    /// Answers the first request with the first answer, and so on; the last answer serves for all later ones.
    pub fn start(content: &[u8], answers: Vec<Answer>) -> Self {
        let content: Arc<[u8]> = content.into();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, requests) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<_>>>::default());
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (content, answers, seen) = (Arc::clone(&content), answers.clone(), Arc::clone(&seen));
                std::thread::spawn(move || {
                    let range_start = range_start(&stream);
                    let index = {
                        let mut seen = seen.lock().unwrap();
                        seen.push(range_start);
                        seen.len() - 1
                    };
                    // The other side may have had enough.
                    let _ = answer(&stream, &content, range_start, &answers[index.min(answers.len() - 1)]);
                    let _ = stream.shutdown(Shutdown::Both);
                });
            }
        });
        Self { address, requests }
    }

    pub fn address(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn requests(&self) -> Vec<Option<usize>> {
        self.requests.lock().unwrap().clone()
    }
}

fn range_start(stream: &TcpStream) -> Option<usize> {
    let lines = BufReader::new(stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let headers: Vec<String> = lines.map(|line| line.to_lowercase()).collect();
    headers.iter().find_map(|line| line.strip_prefix("range: bytes=")?.trim_end_matches('-').parse().ok())
}

fn answer(mut stream: &TcpStream, content: &[u8], range_start: Option<usize>, answer: &Answer) -> Result<()> {
    let mut head = |status: &str, headers: &str| {
        stream.write_all(format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}\r\n").as_bytes())
    };
    let all = content.len();
    let (from, until, is_range) = match answer {
        Answer::Whole => (range_start.unwrap_or(0), all, range_start.is_some()),
        Answer::Cut(until) => (range_start.unwrap_or(0), *until, range_start.is_some()),
        Answer::WithoutRanges(until) => (0, *until, false),
        Answer::WrongRange => (0, all, range_start.is_some()),
        Answer::Head(status, headers) => return head(status, &format!("{headers}Content-Length: 0\r\n")),
        Answer::Endless => {
            head("200 OK", "")?;
            loop {
                stream.write_all(&[0; 65_536])?;
            }
        }
    };
    let rest = &content[from..];
    let length = format!("Content-Length: {}\r\n", rest.len());
    if is_range {
        head("206 Partial Content", &format!("{length}Content-Range: bytes {from}-{}/{all}\r\n", all - 1))?;
    } else {
        head("200 OK", &length)?;
    }
    stream.write_all(&rest[..until.min(rest.len())])
}
