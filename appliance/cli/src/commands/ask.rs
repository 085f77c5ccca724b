//! `parley ask`: a conversation in writing.

use std::io::{self, BufRead, IsTerminal, Read};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Args;
use parley_conversation::{Event, MAX_QUESTION_CHARS, Notice};
use serde::Serialize;
use tokio::sync::{broadcast, mpsc};

use super::{common, output};
use parley_daemon::conductor::Observation;
use parley_daemon::session::{Session, settings};
use parley_daemon::workers::{Needed, Workers};
use parley_settings::Config;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The question; without it, each line of standard input is one
    text: Vec<String>,
    /// Print one line of JSON for each answer: {question, answer, stages_ms}
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Answer<'a> {
    question: &'a str,
    answer: &'a str,
    stages_ms: parley_daemon::conductor::StagesMs,
}

pub(super) fn run(options: &Options, config: &Config) -> Result<ExitCode> {
    let question = options.text.join(" ");
    check_question(&question)?;
    let models = common::selection(config)?;
    let answered = common::block_on(async {
        let workers = Workers::spawn(config, &models, Needed::LanguageModel)?;
        let session = Session::in_writing(settings(config, &models), common::generating(config), workers)?;
        let result = if question.is_empty() {
            converse(&session, options).await
        } else {
            ask(&session, question, options).await
        };
        session.close().await;
        result
    })?;
    Ok(if answered { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn check_question(question: &str) -> Result<()> {
    let chars = question.chars().count();
    if chars > MAX_QUESTION_CHARS {
        bail!(
            "the question has {chars} characters; at most {MAX_QUESTION_CHARS} can be answered. Ask about a part of it"
        );
    }
    Ok(())
}

/// Whether everything was answered.
async fn converse(session: &Session, options: &Options) -> Result<bool> {
    let prompts = io::stdin().is_terminal() && !options.json;
    if prompts {
        output::remark("Ask something; an empty line or Ctrl-D ends the conversation.");
    }
    // Standard input blocks, so it has a thread of its own; one line waits.
    let (lines_in, mut lines) = mpsc::channel(1);
    std::thread::spawn(move || {
        let mut stdin = io::stdin().lock();
        while let Some(line) = next_line(&mut stdin).transpose() {
            if lines_in.blocking_send(line).is_err() {
                return;
            }
        }
    });
    let mut answered = true;
    loop {
        if prompts {
            output::part("› ")?;
        }
        let Some(line) = lines.recv().await else { return Ok(answered) };
        let line = line?;
        match line.trim() {
            "" if prompts => return Ok(answered),
            "" => {}
            question => match check_question(question) {
                Ok(()) => answered &= ask(session, question.to_owned(), options).await?,
                Err(error) => {
                    output::complain("parley", &error);
                    answered = false;
                }
            },
        }
    }
}

/// The next line, cut where it is far longer than any question; the rest of it is passed over. `None` at the end.
fn next_line(input: &mut impl BufRead) -> io::Result<Option<String>> {
    const LONGEST_BYTES: u64 = 8 * MAX_QUESTION_CHARS as u64;
    let mut line = Vec::new();
    if input.take(LONGEST_BYTES).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.last() != Some(&b'\n') {
        input.skip_until(b'\n')?;
    }
    Ok(Some(String::from_utf8_lossy(&line).into_owned()))
}

/// Whether there was an answer, and no apology for having none.
async fn ask(session: &Session, question: String, options: &Options) -> Result<bool> {
    let mut observations = session.handle.observations.subscribe();
    session.handle.control.send(Event::Typed { text: question }).await?;
    let mut separator = "";
    loop {
        let observation = tokio::select! {
            observation = observations.recv() => observation,
            error = session.over() => return Err(error.into()),
        };
        match observation {
            Ok(Observation::Notice(Notice::Answering { text, .. })) if !options.json => {
                output::part(format_args!("{separator}{text}"))?;
                separator = " ";
            }
            Ok(Observation::Turn(turn)) => {
                if options.json {
                    let (question, answer) = (&turn.question, &turn.answer);
                    output::json(&Answer { question, answer, stages_ms: turn.timeline.stages() })?;
                } else {
                    output::line("")?;
                }
                return Ok(!turn.failed);
            }
            Ok(Observation::Notice(_)) | Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => bail!("the conversation ended before there was an answer"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_end_is_cut_and_the_next_one_is_whole() {
        let text = format!("one\n{}\nthr\u{e9}e", "x".repeat(1_000_000));
        let mut input = text.as_bytes();
        let mut next = || next_line(&mut input).expect("memory can be read");
        assert_eq!(next().as_deref(), Some("one\n"));
        let long = next().unwrap_or_default();
        assert!(check_question(&long).is_err() && long.len() < 40_000, "{} bytes", long.len());
        assert_eq!(next().as_deref(), Some("thr\u{e9}e"));
        assert_eq!(next(), None);
    }
}
