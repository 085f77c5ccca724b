//! Everything that happened in a world, printed when a test fails.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

/// Lines of a timeline that are kept, and printed: the last ones.
const KEPT: usize = 400;

#[derive(Debug, Default)]
pub struct Timeline {
    lines: VecDeque<(Duration, String)>,
    left_out: usize,
}

impl Timeline {
    pub fn note(&mut self, at: Duration, what: impl Into<String>) {
        if self.lines.len() == KEPT {
            self.lines.pop_front();
            self.left_out += 1;
        }
        self.lines.push_back((at, what.into()));
    }
}

impl fmt::Display for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.left_out > 0 {
            writeln!(f, "… {} lines before", self.left_out)?;
        }
        for (at, what) in &self.lines {
            writeln!(f, "{:>10.3} s  {what}", at.as_secs_f64())?;
        }
        Ok(())
    }
}
