//! What is for browsers: tags, entities, links, addresses.

mod addresses;
mod entities;
mod notes;
mod say_as;

use crate::language::Language;

/// Tags that are known by their name alone, of HTML and of SSML.
const TAGS: &[&str] = &[
    "a",
    "abbr",
    "audio",
    "b",
    "big",
    "blockquote",
    "br",
    "break",
    "center",
    "cite",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "emphasis",
    "figure",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "lang",
    "li",
    "mark",
    "nobr",
    "ol",
    "p",
    "phoneme",
    "pre",
    "prosody",
    "q",
    "s",
    "say-as",
    "section",
    "small",
    "span",
    "speak",
    "strike",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "script",
    "style",
    "tt",
    "u",
    "ul",
    "var",
    "voice",
    "wbr",
];
/// Tags between parts that do not belong together, whether there is a blank or not.
const PARTING: &[&str] = &[
    "blockquote",
    "br",
    "break",
    "dd",
    "div",
    "dl",
    "dt",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "img",
    "li",
    "ol",
    "p",
    "section",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];
const LONGEST_TAG_BYTES: usize = 300;

/// What a browser would show of a line, with addresses as people say them.
pub(super) fn shown(line: &str, language: Option<&dyn Language>) -> String {
    let text = entities::decoded(&without_tags(line, language));
    let text = without_link_targets(&notes::without_marks(&text));
    match language {
        Some(language) => addresses::spoken(&text, &language.table().address),
        None => shorter_addresses(&text),
    }
}

fn without_tags(line: &str, language: Option<&dyn Language>) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        kept.push_str(before);
        let Some((parts, tag_bytes)) = tag(from) else {
            kept.push('<');
            rest = from.get(1..).unwrap_or_default();
            continue;
        };
        let tag = from.get(..tag_bytes).unwrap_or_default();
        rest = from.get(tag_bytes..).unwrap_or_default();
        if let Some(inside) = hidden(tag, rest) {
            rest = inside;
        }
        // What SSML says of how its content is to be said.
        if let Some((words, behind)) = language.and_then(|language| say_as::said(tag, rest, language)) {
            if kept.ends_with(char::is_alphanumeric) {
                kept.push(' ');
            }
            kept.push_str(&words);
            rest = behind;
        }
        // What SSML and pictures have in the place of what is seen.
        if let Some(words) = instead(tag) {
            if kept.ends_with(char::is_alphanumeric) {
                kept.push(' ');
            }
            kept.push_str(words);
            kept.push(' ');
            if tag.starts_with("<sub") {
                rest = rest.find("</sub>").and_then(|end| rest.get(end..)).unwrap_or(rest);
            }
        }
        if parts || (kept.ends_with(char::is_alphanumeric) && rest.starts_with(char::is_alphanumeric)) {
            kept.push(' ');
        }
    }
    kept.push_str(rest);
    kept
}

/// What is behind a script or style that begins with this tag.
fn hidden<'a>(tag: &str, rest: &'a str) -> Option<&'a str> {
    ["script", "style"].iter().find_map(|name| {
        let begins = tag.strip_prefix('<')?.strip_prefix(name)?.starts_with([' ', '>']);
        let end = if begins { rest.find(&format!("</{name}"))? } else { return None };
        rest.get(end..)
    })
}

/// The words that a tag has for what it shows.
fn instead(tag: &str) -> Option<&str> {
    match tag {
        tag if tag.starts_with("<sub ") => attribute(tag, "alias="),
        tag if tag.starts_with("<img ") => attribute(tag, "alt="),
        _ => None,
    }
}

/// The value that a tag has for an attribute; the name is given with its equals sign.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, value) = tag.split_once(name)?;
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value.get(1..)?.split(quote).next()
}

/// The tag that a text begins with: whether it parts what is around it, and its length in bytes.
fn tag(text: &str) -> Option<(bool, usize)> {
    if text.starts_with("<!--") {
        return Some((true, text.find("-->").map_or(text.len(), |end| end + 3)));
    }
    let end = text.bytes().take(LONGEST_TAG_BYTES + 1).position(|c| c == b'>')?;
    let inside = text.get(1..end)?;
    let name_and_more = inside.strip_prefix('/').unwrap_or(inside);
    let name_bytes =
        name_and_more.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(name_and_more.len());
    let (name, more) = name_and_more.split_at(name_bytes);
    let name = name.to_ascii_lowercase();
    let more = more.trim_end_matches('/').trim();
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase());
    let is_known = TAGS.contains(&name.as_str()) && (more.is_empty() || more.contains('='));
    // Of others, only those that nobody would take for a comparison.
    let is_tag = is_known || (more.is_empty() && (inside.starts_with('/') || name.len() > 2));
    (is_name && !inside.contains('<') && is_tag).then_some((PARTING.contains(&name.as_str()), end + 1))
}

/// "[text](address)" becomes "text".
fn without_link_targets(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("](") {
        let Some(end) = closing(after) else { break };
        match before.rsplit_once('[') {
            Some((start, text)) => {
                kept.push_str(start.strip_suffix('!').unwrap_or(start));
                kept.push_str(text);
            }
            None => kept.push_str(before),
        }
        rest = after.get(end + 1..).unwrap_or_default();
        if kept.ends_with(char::is_alphanumeric) && rest.starts_with(char::is_alphanumeric) {
            kept.push(' ');
        }
    }
    kept.push_str(rest);
    kept
}

/// Where the bracket closes that was opened before this text.
fn closing(text: &str) -> Option<usize> {
    let mut open = 1_usize;
    for (index, c) in text.char_indices() {
        match c {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(index);
        }
    }
    // An address with a bracket too few.
    text.find(')')
}

/// Of an address on the web only its host: nobody can follow the rest by ear.
fn shorter_addresses(line: &str) -> String {
    if !line.contains("://") && !line.contains("www.") {
        return line.to_owned();
    }
    let words = line.split(' ').map(|word| {
        let start = ["https://", "http://", "ftp://", "www."].iter().filter_map(|scheme| word.find(scheme)).min();
        let Some((before, address)) = start.and_then(|start| word.split_at_checked(start)) else {
            return word.to_owned();
        };
        let before = before.trim_end_matches('<');
        let address = address.split_once("://").map_or(address, |(_, address)| address);
        let address = address.strip_prefix("www.").unwrap_or(address);
        let end = address.find(['/', '?', '#', ':', '>', ')', ']', '"', '\'', ',', ';', '!', '*', '_', '`']);
        let (host, path) = address.split_at(end.unwrap_or(address.len()));
        let host = host.trim_end_matches('.');
        // What closes the sentence or the bracket around it stays.
        let behind: Vec<char> = word.chars().rev().take_while(|c| ".,;:!?)]\"'*".contains(*c)).collect();
        let behind: String = if path.contains('(') { String::new() } else { behind.into_iter().rev().collect() };
        format!("{before}{host}{behind}")
    });
    words.collect::<Vec<_>>().join(" ")
}
