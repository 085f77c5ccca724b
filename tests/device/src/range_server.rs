//! An update server for one connection: HTTP/1.1 with ranges, as RAUC's streaming asks for them. Over a pipe the
//! emulator starts one for each connection of the guest's, so that no port of the host is open.

use std::fs::File;
use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Serves the files of a folder until the connection ends; `count` is told how many bytes of content each answer had.
pub fn serve(
    folder: &Path,
    mut from: impl BufRead,
    mut to: impl Write,
    mut count: impl FnMut(u64) -> io::Result<()>,
) -> io::Result<()> {
    while let Some(request) = Request::read(&mut from)? {
        let file = request.file().and_then(|name| File::open(folder.join(name)).ok());
        let sent = match file {
            None => {
                to.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")?;
                0
            }
            Some(file) => answer(&request, file, &mut to)?,
        };
        to.flush()?;
        count(sent)?;
    }
    Ok(())
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Request {
    method: String,
    path: String,
    /// First and last byte.
    range: Option<(u64, u64)>,
}

impl Request {
    fn read(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split_whitespace().map(str::to_owned);
        let mut request =
            Self { method: words.next().unwrap_or_default(), path: words.next().unwrap_or_default(), range: None };
        loop {
            line.clear();
            if from.read_line(&mut line)? == 0 || line.trim().is_empty() {
                return Ok(Some(request));
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("range")
            {
                request.range = range(value.trim());
            }
        }
    }

    /// A plain name in the folder.
    fn file(&self) -> Option<&str> {
        let name = self.path.strip_prefix('/')?;
        (!name.is_empty() && !name.contains('/') && name != "..").then_some(name)
    }
}

/// `bytes=FIRST-LAST`; without a last one, to the end.
fn range(value: &str) -> Option<(u64, u64)> {
    let (first, last) = value.strip_prefix("bytes=")?.split_once('-')?;
    let last = if last.is_empty() { u64::MAX } else { last.parse().ok()? };
    Some((first.parse().ok()?, last))
}

fn answer(request: &Request, mut file: File, to: &mut impl Write) -> io::Result<u64> {
    let size = file.metadata()?.len();
    let (first, end) = request.range.map_or((0, size), |(first, last)| (first, last.saturating_add(1).min(size)));
    let status = match request.range {
        Some(_) if first >= end => {
            let refusal = "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes";
            write!(to, "{refusal} */{size}\r\nContent-Length: 0\r\n\r\n")?;
            return Ok(0);
        }
        Some(_) => format!("206 Partial Content\r\nContent-Range: bytes {first}-{}/{size}", end - 1),
        None => "200 OK".to_owned(),
    };
    write!(to, "HTTP/1.1 {status}\r\nAccept-Ranges: bytes\r\nContent-Length: {}\r\n\r\n", end - first)?;
    if request.method == "HEAD" {
        return Ok(0);
    }
    file.seek(SeekFrom::Start(first))?;
    io::copy(&mut file.take(end - first), to)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ask(request: &str) -> (String, Vec<u64>) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("file"), b"0123456789").unwrap();
        let (mut answer, mut counted) = (Vec::new(), Vec::new());
        let count = |sent| {
            counted.push(sent);
            Ok(())
        };
        serve(folder.path(), request.as_bytes(), &mut answer, count).unwrap();
        (String::from_utf8(answer).unwrap(), counted)
    }

    fn check(request: &str, status: &str, body: &str) {
        let (answer, counted) = ask(request);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert_eq!(answer.split_once("\r\n\r\n").unwrap().1, body);
        assert_eq!(counted, [body.len() as u64]);
    }

    #[test]
    fn a_range_is_sent_and_counted() {
        check("GET /file HTTP/1.1\r\nRange: bytes=2-4\r\n\r\n", "206", "234");
        check("GET /file HTTP/1.1\r\nrange: bytes=8-\r\n\r\n", "206", "89");
        check("GET /file HTTP/1.1\r\nRange: bytes=8-99\r\n\r\n", "206", "89");
    }

    #[test]
    fn without_a_range_all_is_sent_and_a_head_sends_nothing() {
        check("GET /file HTTP/1.1\r\nHost: x\r\n\r\n", "200", "0123456789");
        check("HEAD /file HTTP/1.1\r\n\r\n", "200", "");
    }

    #[test]
    fn what_is_not_there_is_refused() {
        check("GET /none HTTP/1.1\r\n\r\n", "404", "");
        check("GET /../file HTTP/1.1\r\n\r\n", "404", "");
        check("GET /file HTTP/1.1\r\nRange: bytes=10-\r\n\r\n", "416", "");
    }

    #[test]
    fn one_connection_asks_many_times() {
        let one = "GET /file HTTP/1.1\r\nRange: bytes=0-0\r\n\r\n";
        assert_eq!(ask(&one.repeat(3)).1, [1, 1, 1]);
    }

    proptest! {
        #[test]
        fn any_request_has_an_end(request: Vec<u8>) {
            let folder = tempfile::tempdir().unwrap();
            // What is no text ends the connection.
            let _ = serve(folder.path(), &request[..], Vec::new(), |_| Ok(()));
        }
    }
}
