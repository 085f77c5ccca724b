//! Addresses of pages and mailboxes in words: "example dot com slash help", "me at example dot org".
//!
//! Of an address with much behind its host only the host is said: nobody can follow the rest by ear.

use crate::language::Address;

/// Endings that make a name with stops an address or the name of a file; only those that end no sentence.
const ENDINGS: &[&str] = &[
    "com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "io", "ai", "app", "dev", "tv", "eu", "uk", "de",
    "fr", "es", "it", "ca", "au", "ch", "nl", "se", "jp", "cn", "br", "ru", "pl", "example", "test", "local", "pdf",
    "txt", "doc", "docx", "jpg", "jpeg", "png", "gif", "mp3", "mp4", "wav", "zip", "html", "htm", "xml", "csv", "json",
    "toml", "yaml", "exe", "py", "js", "rs", "md", "xls", "xlsx", "ppt", "pptx",
];
/// The longest path that is said, and of how many parts.
const LONGEST_PATH_CHARS: usize = 24;
/// See there.
const MOST_PARTS: usize = 2;
/// The longest name or value in what is asked for.
const LONGEST_WORD_CHARS: usize = 12;
/// Words longer than this are looked at no further.
const LONGEST_BYTES: usize = 2_000;

/// The line with its addresses in words.
pub(super) fn spoken(line: &str, address: &Address) -> String {
    if !line.contains(['.', '@', ':']) {
        return line.to_owned();
    }
    line.split(' ').map(|word| word_of(word, address).unwrap_or_else(|| word.to_owned())).collect::<Vec<_>>().join(" ")
}

/// The word with the address in it said, if there is one.
fn word_of(word: &str, address: &Address) -> Option<String> {
    if word.len() > LONGEST_BYTES {
        return None;
    }
    mailbox(word, address).or_else(|| page(word, address))
}

fn is_of_mailbox(c: char) -> bool {
    c.is_alphanumeric() || "._%+-".contains(c)
}

fn is_of_host(c: char) -> bool {
    c.is_alphanumeric() || ".-_".contains(c)
}

fn mailbox(word: &str, address: &Address) -> Option<String> {
    let (left, right) = word.split_once('@')?;
    let start = left.char_indices().rev().take_while(|(_, c)| is_of_mailbox(*c)).last()?.0;
    let (before, name) = left.split_at(start);
    let (host, after) = host(right)?;
    let before = before.strip_suffix("mailto:").unwrap_or(before).trim_end_matches('<');
    let is_one =
        host.contains('.') && host.rsplit('.').next().is_some_and(|ending| ending.chars().all(char::is_alphabetic));
    let after = after.trim_start_matches('>');
    is_one.then(|| format!("{before}{} {} {}{after}", said(name, address), address.at, said(host, address)))
}

/// The host that a text begins with, and what is behind it.
fn host(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c| !is_of_host(c)).unwrap_or(text.len());
    let host = text.get(..end)?.trim_end_matches(['.', '-']);
    (!host.is_empty() && !host.starts_with(['.', '-']) && !host.contains("..")).then(|| text.split_at(host.len()))
}

fn page(word: &str, address: &Address) -> Option<String> {
    let scheme = ["https://", "http://", "ftp://", "www."].iter().filter_map(|scheme| word.find(scheme)).min();
    let start = match scheme {
        Some(start) => start,
        None => word.find(char::is_alphanumeric)?,
    };
    let (before, from) = word.split_at_checked(start)?;
    let from = from.split_once("://").filter(|_| scheme.is_some()).map_or(from, |(_, from)| from);
    let from = from.strip_prefix("www.").unwrap_or(from);
    let (host, rest) = host(from)?;
    let ending = host.rsplit_once('.').map(|(_, ending)| ending);
    let known = ending.is_some_and(|ending| ENDINGS.contains(&ending)) && !host.starts_with('.');
    if scheme.is_none() && !known {
        return None;
    }
    let before = before.trim_end_matches('<');
    // What closes the sentence or the bracket around it stays.
    let closing = |c: char| ".,;:!?)]\"'*_`>”’".contains(c);
    let path = rest.trim_end_matches(closing);
    let bracket = path.contains('(');
    let behind = rest.get(path.len()..).unwrap_or_default().chars().filter(|c| *c != '>' && !(bracket && *c == ')'));
    let behind: String = behind.collect();
    let (port, path) = match path.strip_prefix(':') {
        Some(port) => port.split_at(port.find(|c: char| !c.is_ascii_digit()).unwrap_or(port.len())),
        None => ("", path),
    };
    let port = if port.is_empty() { String::new() } else { format!(" {} {}", address.colon, spelled(port)) };
    Some(format!("{before}{}{port}{}{behind}", said(host, address), said_path(path, address)))
}

/// A short path of plain words, and what is asked for behind it where that is one plain word; nothing for any other.
fn said_path(path: &str, address: &Address) -> String {
    let (path, query) = match path.split_once('?') {
        Some((path, query)) => match said_query(query, address) {
            Some(query) => (path, query),
            None => return String::new(),
        },
        None => (path, String::new()),
    };
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let plain = path.starts_with('/')
        && path.chars().count() <= LONGEST_PATH_CHARS
        && parts.len() <= MOST_PARTS
        && path.chars().all(|c| c.is_alphanumeric() || "/-_.".contains(c));
    if !plain {
        return String::new();
    }
    let path: String = parts.iter().map(|part| format!(" {} {}", address.slash, said(part, address))).collect();
    path + &query
}

/// "q=soup": a short name and a word or number that can be remembered.
fn said_query(query: &str, address: &Address) -> Option<String> {
    let (name, value) = query.split_once('=')?;
    let is_word = |text: &str| {
        let letters = text.chars().all(|c| c.is_lowercase());
        (1..=LONGEST_WORD_CHARS).contains(&text.chars().count())
            && (letters || text.len() < 5 && text.bytes().all(|c| c.is_ascii_digit()))
    };
    (is_word(name) && is_word(value)).then(|| format!(" {} {name} {} {value}", address.question, address.equals))
}

fn spelled(digits: &str) -> String {
    digits.chars().map(String::from).collect::<Vec<_>>().join(" ")
}

/// A part of an address with its signs as words.
fn said(part: &str, address: &Address) -> String {
    let mut said = String::with_capacity(part.len() * 2);
    for c in part.chars() {
        let word = match c {
            '.' => address.dot,
            '-' => address.dash,
            '_' => address.underscore,
            '+' => address.plus,
            c => {
                said.push(c);
                continue;
            }
        };
        said.push(' ');
        said.push_str(word);
        said.push(' ');
    }
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}
