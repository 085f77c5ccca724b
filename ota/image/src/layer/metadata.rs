//! Recipes, classes and configuration, read without bitbake: which variable gets which value where, which functions and dependencies there are.
//!
//! This knows bitbake's syntax and nothing of its meaning: overrides are part of a name, `${…}` stays as it is written.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use super::checkout::Checkout;

#[derive(Clone, Debug)]
pub struct Place {
    /// Its path in the checkout.
    pub file: String,
    /// From 1.
    pub line: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// `NAME[flag] = "value"`, with any of the operators.
#[derive(Clone, Debug)]
pub struct Assignment {
    pub place: Place,
    /// With its overrides.
    pub name: String,
    pub flag: Option<String>,
    /// Without quotes, lines joined.
    pub value: String,
}

impl Assignment {
    /// The name without overrides.
    pub fn base(&self) -> &str {
        self.name.split(':').next().unwrap_or(&self.name)
    }

    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.value.split_whitespace()
    }
}

/// A shell or Python function of a recipe.
#[derive(Clone, Debug)]
pub struct Function {
    pub place: Place,
    /// With its overrides; empty for `python () {`.
    pub name: String,
    pub python: bool,
    pub body: String,
}

/// `inherit`, `require`, `include`.
#[derive(Clone, Debug)]
pub struct Inclusion {
    pub place: Place,
    pub keyword: &'static str,
    /// A class, or a file.
    pub what: String,
}

#[derive(Clone, Debug, Default)]
pub struct Metadata {
    pub assignments: Vec<Assignment>,
    pub functions: Vec<Function>,
    pub inclusions: Vec<Inclusion>,
}

impl Metadata {
    /// The assignments to a variable, whatever its overrides.
    pub fn of<'a>(&'a self, base: &'a str) -> impl Iterator<Item = &'a Assignment> {
        self.assignments.iter().filter(move |assignment| assignment.base() == base && assignment.flag.is_none())
    }

    /// Their words.
    pub fn words_of<'a>(&'a self, base: &'a str) -> impl Iterator<Item = &'a str> {
        self.of(base).flat_map(|assignment| assignment.words())
    }

    /// Whether it inherits or includes that.
    pub fn includes(&self, what: &str) -> bool {
        self.inclusions.iter().any(|inclusion| inclusion.what == what)
    }

    pub fn of_flagged<'a>(&'a self, base: &'a str) -> impl Iterator<Item = &'a Assignment> {
        self.assignments.iter().filter(move |assignment| assignment.base() == base && assignment.flag.is_some())
    }

    /// The last value given to a name.
    pub fn value(&self, name: &str) -> Option<&str> {
        let mut found = self.assignments.iter().filter(|a| a.name == name && a.flag.is_none());
        found.next_back().map(|assignment| assignment.value.as_str())
    }

    pub fn flag(&self, name: &str, flag: &str) -> Option<&str> {
        let mut found = self.assignments.iter().filter(|a| a.name == name && a.flag.as_deref() == Some(flag));
        found.next_back().map(|assignment| assignment.value.as_str())
    }

    /// Everything that shell functions and inlined shell commands say.
    pub fn shell(&self) -> impl Iterator<Item = (&Place, &str)> {
        let functions = self.functions.iter().filter(|f| !f.python).map(|f| (&f.place, f.body.as_str()));
        let commands = self.assignments.iter().filter(|a| matches!(a.base(), "IMAGE_CMD" | "CONVERSION_CMD"));
        functions.chain(commands.map(|a| (&a.place, a.value.as_str())))
    }
}

/// All metadata of the layer, by file.
pub fn read(checkout: &Checkout) -> Result<BTreeMap<String, Metadata>> {
    let mut all = BTreeMap::new();
    for (path, text) in checkout.files("meta-voice")? {
        // What lies in a recipe's `files` is for the device.
        if !path.contains("/files/")
            && [".bb", ".bbappend", ".bbclass", ".inc", ".conf"].iter().any(|ending| path.ends_with(ending))
        {
            let metadata = parse(&path, &text)?;
            all.insert(path, metadata);
        }
    }
    Ok(all)
}

const OPERATORS: &[&str] = &["??=", "?=", ":=", "+=", "=+", ".=", "=.", "="];

pub fn parse(file: &str, text: &str) -> Result<Metadata> {
    let mut metadata = Metadata::default();
    let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line)).peekable();
    while let Some((line, first)) = lines.next() {
        let place = Place { file: file.to_owned(), line };
        if first.trim().is_empty() || first.starts_with('#') {
            continue;
        }
        if first.starts_with("def ") {
            let mut body = String::new();
            while let Some((_, next)) =
                lines.next_if(|(_, next)| next.trim().is_empty() || next.starts_with([' ', '\t']))
            {
                body += next;
                body.push('\n');
            }
            let name = first.trim_start_matches("def ").split('(').next().unwrap_or_default().to_owned();
            metadata.functions.push(Function { place, name, python: true, body });
            continue;
        }
        if let Some((name, python)) = function_head(first) {
            let mut body = String::new();
            loop {
                match lines.next() {
                    Some((_, "}")) => break,
                    Some((_, next)) => body = body + next + "\n",
                    None => bail!("{place}: the function {name} has no end"),
                }
            }
            metadata.functions.push(Function { place, name, python, body });
            continue;
        }
        let mut whole = first.to_owned();
        while whole.ends_with('\\') {
            whole.pop();
            let Some((_, next)) = lines.next() else { bail!("{place}: nothing follows the backslash") };
            whole = whole + " " + next.trim();
        }
        let mut words = whole.split_whitespace();
        let keyword = words.next().unwrap_or_default();
        match keyword {
            "inherit" | "inherit_defer" | "require" | "include" => {
                let keyword = if keyword.starts_with("inherit") { "inherit" } else { "require" };
                for what in words {
                    metadata.inclusions.push(Inclusion { place: place.clone(), keyword, what: what.to_owned() });
                }
            }
            "addtask" | "deltask" | "addhandler" | "EXPORT_FUNCTIONS" => {}
            _ => metadata.assignments.push(assignment(&place, &whole)?),
        }
    }
    Ok(metadata)
}

/// `name () {`, `python name () {`, `fakeroot name () {`.
fn function_head(line: &str) -> Option<(String, bool)> {
    let head = line.strip_suffix('{')?.trim_end().strip_suffix("()")?.trim_end();
    let python = head.starts_with("python");
    let name = head.trim_start_matches("python").trim_start().trim_start_matches("fakeroot ").to_owned();
    (!name.contains(['=', '"'])).then_some((name, python))
}

fn assignment(place: &Place, whole: &str) -> Result<Assignment> {
    let whole = whole.trim().trim_start_matches("export ");
    let quote = whole.find(['"', '\'']);
    let head = &whole[..quote.unwrap_or(whole.len())];
    let Some((quote, operator)) = quote.zip(OPERATORS.iter().find(|operator| head.trim_end().ends_with(**operator)))
    else {
        // `export NAME` alone makes a variable that has its value elsewhere visible to programs.
        if whole.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Ok(Assignment { place: place.clone(), name: whole.to_owned(), flag: None, value: String::new() });
        }
        bail!("{place}: neither assignment nor function: {whole}");
    };
    let mark = whole.as_bytes()[quote];
    let rest = &whole[quote + 1..];
    let Some(value) = rest.trim_end().strip_suffix(char::from(mark)) else {
        bail!("{place}: the value has no closing quote: {whole}");
    };
    let name = head.trim_end().trim_end_matches(*operator).trim();
    let (name, flag) = match name.split_once('[') {
        Some((name, flag)) => (name, Some(flag.trim_end_matches(']').to_owned())),
        None => (name, None),
    };
    Ok(Assignment { place: place.clone(), name: name.to_owned(), flag, value: value.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Metadata {
        parse("a.bb", text).unwrap()
    }

    #[test]
    fn values_are_joined_over_lines() {
        let metadata = parsed("A = \"b \\\n    c \\\n\"\nB:append:voice = \" d\"\n");
        assert_eq!(metadata.of("A").flat_map(|a| a.words().map(str::to_owned)).collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(metadata.value("B:append:voice"), Some(" d"));
        assert_eq!(metadata.of("B").count(), 1);
    }

    #[test]
    fn flags_are_told_apart_from_values() {
        let metadata = parsed("A ??= \"1\"\nA[doc] = \"x\"\nA .= \"2\"\nA := 'it'\n");
        let flags: Vec<_> = metadata.assignments.iter().map(|a| (a.name.as_str(), a.flag.as_deref())).collect();
        assert_eq!(flags, [("A", None), ("A", Some("doc")), ("A", None), ("A", None)]);
        assert_eq!((metadata.value("A"), metadata.flag("A", "doc")), (Some("it"), Some("x")));
    }

    #[test]
    fn functions_keep_their_bodies() {
        let metadata = parsed(
            "do_install:append() {\n    a\n}\npython () {\n    b = \"}\"\n}\ndef f(d):\n    return 1\nX = \"1\"\n",
        );
        let functions: Vec<_> = metadata.functions.iter().map(|f| (f.name.as_str(), f.python)).collect();
        assert_eq!(functions, [("do_install:append", false), ("", true), ("f", true)]);
        assert_eq!(metadata.value("X"), Some("1"));
    }

    #[test]
    fn what_is_neither_assignment_nor_function_is_an_error() {
        for text in ["A = \"b\n", "foo bar\n", "do_x() {\n", "A = \"b \\\n"] {
            assert!(parse("a.bb", text).is_err(), "{text}");
        }
    }
}
