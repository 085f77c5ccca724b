//! Everything that happened in a world, printed when a test fails.

use std::fmt;
use std::time::Duration;

/// Lines of a timeline that are printed: the last ones.
const PRINTED: usize = 400;

#[derive(Debug, Default)]
pub struct Timeline {
    lines: Vec<(Duration, String)>,
}

impl Timeline {
    pub fn note(&mut self, at: Duration, what: impl Into<String>) {
        self.lines.push((at, what.into()));
    }
}

impl fmt::Display for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left_out = self.lines.len().saturating_sub(PRINTED);
        if left_out > 0 {
            writeln!(f, "… {left_out} lines before")?;
        }
        for (at, what) in self.lines.iter().skip(left_out) {
            writeln!(f, "{:>10.3} s  {what}", at.as_secs_f64())?;
        }
        Ok(())
    }
}
