//! A web server on the loopback device that answers badly on demand.

use std::io::{BufRead, BufReader, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// How a request is answered.
#[derive(Clone)]
pub enum Answer {
    /// All of it, or the range that was asked for.
    Whole(Vec<u8>),
    /// All of it, whatever range was asked for.
    WholeWithoutRanges(Vec<u8>),
    /// The first bytes of what was asked for, then the connection breaks.
    Cut { content: Vec<u8>, after: usize },
    /// The first bytes of all, whatever range was asked for, then the connection breaks.
    CutWithoutRanges { content: Vec<u8>, after: usize },
    /// A range from the beginning, whatever range was asked for.
    WrongRange(Vec<u8>),
    /// No length, and no end.
    Endless,
    /// An error without content.
    Status(u16),
    /// Look there.
    Redirect(String),
}

/// What was asked.
#[derive(Debug, Clone)]
pub struct Request {
    pub range_start: Option<u64>,
}

pub struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Answers the first request with the first answer, and so on; the last answer serves for all later ones.
    pub fn start(answers: Vec<Answer>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, requests) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Vec::new())));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(stream) = stream else { return };
                let (answers, seen) = (answers.clone(), Arc::clone(&seen));
                std::thread::spawn(move || {
                    let request = read(&stream);
                    let index = {
                        let mut seen = seen.lock().unwrap();
                        seen.push(request.clone());
                        seen.len() - 1
                    };
                    // The other side may have had enough.
                    let _ = answer(&stream, &request, &answers[index.min(answers.len() - 1)]);
                    let _ = stream.shutdown(Shutdown::Both);
                });
            }
        });
        Server { address, requests }
    }

    pub fn address(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

fn read(stream: &TcpStream) -> Request {
    let mut range_start = None;
    for line in BufReader::new(stream).lines() {
        let line = line.unwrap_or_default().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(range) = line.strip_prefix("range: bytes=") {
            range_start = range.trim_end_matches('-').parse().ok();
        }
    }
    Request { range_start }
}

fn answer(mut stream: &TcpStream, request: &Request, answer: &Answer) -> std::io::Result<()> {
    let from = request.range_start.unwrap_or(0) as usize;
    match answer {
        Answer::Whole(content) => part(stream, request, content, from, content.len()),
        Answer::Cut { content, after } => part(stream, request, content, from, *after),
        Answer::WrongRange(content) => part(stream, request, content, 0, content.len()),
        Answer::WholeWithoutRanges(content) => {
            head(stream, "200 OK", &format!("Content-Length: {}\r\n", content.len()))?;
            stream.write_all(content)
        }
        Answer::CutWithoutRanges { content, after } => {
            head(stream, "200 OK", &format!("Content-Length: {}\r\n", content.len()))?;
            stream.write_all(&content[..*after])
        }
        Answer::Endless => {
            head(stream, "200 OK", "")?;
            loop {
                stream.write_all(&[0; 65_536])?;
            }
        }
        Answer::Status(status) => head(stream, &format!("{status} No"), "Content-Length: 0\r\n"),
        Answer::Redirect(to) => head(stream, "302 Found", &format!("Location: {to}\r\nContent-Length: 0\r\n")),
    }
}

fn head(mut stream: &TcpStream, status: &str, headers: &str) -> std::io::Result<()> {
    stream.write_all(format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}\r\n").as_bytes())
}

fn part(mut stream: &TcpStream, request: &Request, content: &[u8], from: usize, after: usize) -> std::io::Result<()> {
    let (rest, all) = (&content[from..], content.len());
    let length = format!("Content-Length: {}\r\n", rest.len());
    match request.range_start {
        Some(_) => {
            let range = format!("Content-Range: bytes {from}-{}/{all}\r\n", all - 1);
            head(stream, "206 Partial Content", &(length + &range))?;
        }
        None => head(stream, "200 OK", &length)?,
    }
    stream.write_all(&rest[..after.min(rest.len())])
}
