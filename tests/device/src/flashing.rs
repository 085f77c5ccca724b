//! `docs/FLASHING.md` as data: its steps with their times, and the owner's file that it shows. What is tried and what is printed is that page, and no
//! copy of it.

use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// The page.
pub const PAGE: &str = include_str!("../../../docs/FLASHING.md");

/// One numbered step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// From 1.
    pub number: usize,
    /// What to do, in a few words.
    pub title: String,
    /// How long it takes, an estimate.
    pub time: Duration,
    /// All of it, as Markdown.
    pub text: String,
}

/// The part of a page between its first heading of the second rank and the next.
///
/// # Errors
/// A page without one.
pub fn instructions(page: &str) -> Result<&str> {
    let (_, rest) = page.split_once("\n## ").context("the page has no part")?;
    let (_, part) = rest.split_once('\n').context("the page's first part is empty")?;
    Ok(part.split("\n## ").next().unwrap_or(part).trim())
}

/// The numbered steps of that part.
///
/// # Errors
/// A step out of order, without words in bold, or without a time in parentheses.
pub fn steps(page: &str) -> Result<Vec<Step>> {
    let mut texts: Vec<String> = Vec::new();
    for line in instructions(page)?.lines() {
        let begins = line.split_once(". **").is_some_and(|(number, _)| number.parse::<usize>().is_ok());
        let ends = !line.is_empty() && !line.starts_with(' ');
        if begins {
            texts.push(line.to_owned());
        } else if let Some(last) = texts.last_mut().filter(|_| !ends) {
            *last += "\n";
            *last += line;
        } else if !texts.is_empty() {
            break;
        }
    }
    texts.into_iter().enumerate().map(|(index, text)| step(index + 1, text)).collect()
}

fn step(number: usize, text: String) -> Result<Step> {
    let title = text.strip_prefix(&format!("{number}. **")).and_then(|rest| rest.split_once("**"));
    let title = title.with_context(|| format!("this is no step {number}: {text}"))?.0.trim_end_matches([',', '.', ':']);
    let times = text.split('(').skip(1).filter_map(|rest| time(rest.split_once(')')?.0));
    let times: Vec<Duration> = times.collect();
    ensure!(times.len() == 1, "step {number} says {} times how long it takes", times.len());
    Ok(Step { number, title: title.to_owned(), time: times[0], text })
}

/// `1 min 30 s`
fn time(text: &str) -> Option<Duration> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let parts = words.chunks(2).map(|part| match part {
        [number, "min"] => number.parse::<u64>().ok().map(|minutes| 60 * minutes),
        [number, "s"] => number.parse().ok(),
        _ => None,
    });
    parts.sum::<Option<u64>>().filter(|_| !words.is_empty()).map(Duration::from_secs)
}

/// The owner's file that the page shows, as somebody would type it.
///
/// # Errors
/// A page that shows none.
pub fn owners_file(page: &str) -> Result<String> {
    let (_, rest) = page.split_once("```toml\n").context("the page shows no file")?;
    let (shown, _) = rest.split_once("```").context("the page's file has no end")?;
    Ok(shown.trim_end().lines().map(|line| format!("{}\n", line.trim())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_who_has_never_flashed_a_card_needs_twelve_steps_and_ten_minutes_at_most() {
        let steps = steps(PAGE).unwrap();
        let sum: Duration = steps.iter().map(|step| step.time).sum();
        assert!((5..=12).contains(&steps.len()), "{} steps", steps.len());
        assert!(sum <= Duration::from_secs(600), "{} s", sum.as_secs());
        assert!(instructions(PAGE).unwrap().contains("estimates"), "nobody has measured the times");
        assert!(instructions(PAGE).unwrap().contains("ten minutes"));
        assert!(steps.iter().all(|step| step.time >= Duration::from_secs(10)), "nothing is done in no time");
    }

    #[test]
    fn steps_are_read_whole_and_in_order() {
        let page = "# a\n\nx\n\n## b\n\nYou need 1 thing.\n\n1. **Do**, now. (1 min 5 s)\n2. **Say** (not more):\n   (10 s)\n\n   ```toml\n   a = 1\n   ```\n\nThen.\n\n## c\n3. **No**\n";
        let read = steps(page).unwrap();
        assert_eq!(
            read.iter().map(|step| (step.title.as_str(), step.time.as_secs())).collect::<Vec<_>>(),
            [("Do", 65), ("Say", 10)]
        );
        assert!(read[1].text.contains("a = 1"));
        assert_eq!(owners_file(page).unwrap(), "a = 1\n");
        for (from, to) in [("(1 min 5 s)", ""), ("2. **", "3. **"), ("(10 s)", "(10 s) (20 s)"), ("(10 s)", "(10 h)")] {
            assert!(steps(&page.replace(from, to)).is_err(), "{from}");
        }
        assert!(owners_file("# a").is_err() && steps("# a").is_err());
    }
}
