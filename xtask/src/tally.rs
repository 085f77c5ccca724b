//! What a tier of tests came to, in one closing line: `N passed, N failed, N skipped: why`.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::process;

/// What came of some tests.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tally {
    passed: usize,
    failed: Vec<String>,
    /// How many for each reason.
    skipped: BTreeMap<String, usize>,
}

impl Tally {
    /// Runs a step that passes or fails as a whole.
    pub fn step(&mut self, name: &str, step: impl FnOnce() -> Result<()>) {
        match step() {
            Ok(()) => self.passed += 1,
            Err(error) => {
                eprintln!("{name}: {error:#}");
                self.failed.push(name.to_owned());
            }
        }
    }

    /// Runs a test runner, and adds up what it counts in its own closing lines.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn runner(&mut self, name: &str, command: &mut Command) -> Result<()> {
        println!("→ {}", process::shown(command));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| format!("cannot start {}", process::shown(command)))?;
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let counted = std::thread::scope(|scope| {
            let errors = scope.spawn(|| err.map(|err| count(err, std::io::stderr())).unwrap_or_default());
            let counted = out.map(|out| count(out, std::io::stdout())).unwrap_or_default();
            [counted, errors.join().unwrap_or_default()].concat()
        });
        let status = child.wait()?;
        let passed = counted.iter().map(|counts| counts.passed).sum();
        let failed: usize = counted.iter().map(|counts| counts.failed).sum();
        for counts in &counted {
            counts.skipped.iter().for_each(|(count, why)| self.skip(*count, why));
        }
        // A runner that fails without counting a failure has not even begun, or lost one.
        self.add(passed, failed.max(usize::from(!status.success())), name);
        Ok(())
    }

    /// Counts of a runner that keeps them in a file.
    pub fn add(&mut self, passed: usize, failed: usize, name: &str) {
        self.passed += passed;
        self.failed.extend((0..failed).map(|_| name.to_owned()));
    }

    /// Tests that cannot run here, and why.
    pub fn skip(&mut self, count: usize, why: &str) {
        if count > 0 {
            *self.skipped.entry(why.to_owned()).or_default() += count;
        }
    }

    /// Whether nothing has failed so far.
    pub fn is_clean(&self) -> bool {
        self.failed.is_empty()
    }

    /// Prints the closing line.
    ///
    /// # Errors
    /// Something failed.
    pub fn close(mut self) -> Result<()> {
        println!("{self}");
        self.failed.dedup();
        if self.is_clean() { Ok(()) } else { bail!("failed: {}", self.failed.join(", ")) }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let skipped: usize = self.skipped.values().sum();
        write!(formatter, "{} passed, {} failed, {skipped} skipped", self.passed, self.failed.len())?;
        for (position, (why, count)) in self.skipped.iter().enumerate() {
            write!(formatter, "{} {count} {why}", if position == 0 { ":" } else { ";" })?;
        }
        Ok(())
    }
}

/// What one closing line says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Counts {
    passed: usize,
    failed: usize,
    /// Only of our own runners, which say why.
    skipped: Option<(usize, String)>,
}

/// Passes a runner's output on; its closing lines: those of nextest, of cargo's own tests, and of ours.
fn count(from: impl Read, mut to: impl Write) -> Vec<Counts> {
    let mut counts = Vec::new();
    for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
        // A closed terminal is no reason to stop counting.
        let _ = to.write_all(&[&line[..], b"\n"].concat());
        counts.extend(closing_line(String::from_utf8_lossy(&line).trim_end()));
    }
    counts
}

fn closing_line(line: &str) -> Option<Counts> {
    let ours = line.split(' ').next().is_some_and(|first| first.parse::<usize>().is_ok()) && line.contains(" passed, ");
    // Nextest shows what a failed test printed further in, and counts it itself.
    if !ours && !line.trim_start().starts_with("Summary [") && !line.starts_with("test result:") {
        return None;
    }
    let (counted, why) = line.split_once(": ").filter(|_| ours).unwrap_or((line, ""));
    let words: Vec<&str> = counted.split([' ', ',', ';']).filter(|word| !word.is_empty()).collect();
    let before = |word: &str| {
        let at = words.iter().position(|found| *found == word)?;
        words.get(at.checked_sub(1)?)?.parse::<usize>().ok()
    };
    Some(Counts {
        passed: before("passed").unwrap_or_default(),
        failed: ["failed", "timed"].iter().filter_map(|word| before(word)).sum(),
        skipped: before("skipped").filter(|count| ours && *count > 0).map(|count| (count, why.to_owned())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_lines_of_runners_are_counted_and_nothing_else() {
        let check = |line, expected: Option<(usize, usize)>| {
            let counts = closing_line(line).map(|counts| (counts.passed, counts.failed));
            assert_eq!(counts, expected, "{line}");
        };
        check("    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 9 filtered out", None);
        check("     Summary [ 255.775s] 206 tests run: 206 passed (1 slow), 3 skipped", Some((206, 0)));
        check("Summary [   1.2s] 9 tests run: 6 passed, 2 failed, 1 timed out, 3 skipped", Some((6, 3)));
        check("test result: FAILED. 3 passed; 1 failed; 2 ignored; 0 measured; 0 filtered out", Some((3, 1)));
        check("24 passed, 0 failed, 0 skipped", Some((24, 0)));
        check("PASS [   0.1s] parley a_test_that_passed, really", None);
        check("12 tests were found", None);
    }

    #[test]
    fn a_runner_that_fails_without_a_count_has_failed() {
        let mut tally = Tally::default();
        let script = |script: &str| {
            let mut shell = Command::new("sh");
            shell.args(["-c", script]);
            shell
        };
        tally.runner("good", &mut script("echo 2 passed, 0 failed, 0 skipped")).unwrap();
        tally.runner("bad", &mut script("echo 'test result: FAILED. 1 passed; 1 failed;' >&2; exit 1")).unwrap();
        tally.runner("dead", &mut script("exit 3")).unwrap();
        tally.runner("absent", &mut script("echo '0 passed, 0 failed, 2 skipped: need a network'")).unwrap();
        tally.skip(0, "need luck");
        tally.skip(1, "need hawkBit's client");
        assert_eq!(tally.to_string(), "3 passed, 2 failed, 3 skipped: 2 need a network; 1 need hawkBit's client");
        assert_eq!(tally.close().unwrap_err().to_string(), "failed: bad, dead");
    }
}
