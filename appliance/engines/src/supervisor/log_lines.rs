//! Copies a worker's standard error into Parley's log, line by line.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tracing::debug;

/// The longest line that is kept; the rest of it is dropped.
const LINE_BYTES: usize = 400;

/// Logs lines until the pipe ends. At `debug`, because a worker's words may hold what people said.
pub(super) async fn log_lines(
    engine: &'static str,
    pid: u32,
    stderr: impl AsyncRead + Unpin,
    last_words: Arc<Mutex<String>>,
) {
    for_each_line(stderr, |line| {
        debug!(engine, pid, line, "worker");
        line.clone_into(&mut last_words.lock().unwrap_or_else(PoisonError::into_inner));
    })
    .await;
}

/// Calls `each` with every line that is not blank, cut at [`LINE_BYTES`]. A pipe that breaks has ended.
async fn for_each_line(from: impl AsyncRead + Unpin, mut each: impl FnMut(&str)) {
    let mut from = BufReader::new(from);
    let mut line = Vec::with_capacity(LINE_BYTES);
    let mut emit = |line: &mut Vec<u8>| {
        let text = String::from_utf8_lossy(line);
        if !text.trim().is_empty() {
            each(text.trim());
        }
        line.clear();
    };
    while let Ok(chunk) = from.fill_buf().await {
        if chunk.is_empty() {
            break;
        }
        let read = chunk.len();
        for (index, part) in chunk.split(|byte| *byte == b'\n').enumerate() {
            if index > 0 {
                emit(&mut line);
            }
            let room = LINE_BYTES - line.len();
            line.extend(&part[..part.len().min(room)]);
        }
        from.consume(read);
    }
    emit(&mut line);
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(bytes: &[u8], expected: &[&str]) {
        let mut lines = Vec::new();
        for_each_line(bytes, |line| lines.push(line.to_owned())).await;
        assert_eq!(lines, expected);
    }

    #[tokio::test]
    async fn lines_are_split_trimmed_and_bounded() {
        check(b"", &[]).await;
        check(b"one\r\n\n two\nthree", &["one", "two", "three"]).await;
        check(b"\xff\n", &["\u{fffd}"]).await;
        let long = [b"x".repeat(100_000), b"\nnext\n".to_vec()].concat();
        check(&long, &["x".repeat(LINE_BYTES).as_str(), "next"]).await;
    }
}
