//! A worker without a model that does what it is told and misbehaves on demand, to test the supervisor with.
//!
//! `scripted-worker think|talk|raw [START]`, with the scripts of `script.rs` as JSON. `raw` speaks the protocol without
//! the worker harness, to break it.

#[allow(dead_code)]
mod script;

use std::error::Error;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use parley_engines::protocol::{self, Command, Report};
use parley_engines::worker::{self, CancelFlag, Input, Model, Outputs};
use parley_engines::{
    Fed, Generate, Generated, Kind, LanguageModel, Speak, Spoken, StopReason, TextToSpeech, WorkerDetails,
};

use self::script::{JobFault, JobScript, LOADING_MS, StartFault, StartScript, character, sample};

/// What the two kinds of scripted worker differ in.
trait Scripted: Kind {
    const LARGEST_PIECE: usize;
    fn script(task: &Self::Task) -> &str;
    fn piece(begin: usize, end: usize) -> Self::Output;
    fn last() -> Option<Self::Output>;
    fn echo(piece: Fed) -> Self::Output;
}

impl Scripted for LanguageModel {
    const LARGEST_PIECE: usize = 7;
    fn script(task: &Generate) -> &str {
        task.messages.last().map_or("", |message| &message.text)
    }
    fn piece(begin: usize, end: usize) -> Generated {
        Generated::Text((begin..end).map(character).collect())
    }
    fn last() -> Option<Generated> {
        let (prompt_tokens, reused_tokens, generated_tokens, prefill_ms) = (1, 0, 1, 0.0);
        let reason = StopReason::EndOfAnswer;
        Some(Generated::Finished { reason, prompt_tokens, reused_tokens, generated_tokens, prefill_ms })
    }
    fn echo(piece: Fed) -> Generated {
        Generated::Text(match piece {
            Fed::Text(text) => text,
            Fed::Sound { audio } => format!("{} samples", audio.len()),
        })
    }
}

impl Scripted for TextToSpeech {
    const LARGEST_PIECE: usize = 4_000;
    fn script(task: &Speak) -> &str {
        &task.text
    }
    fn piece(begin: usize, end: usize) -> Spoken {
        Spoken { rate_hz: 22_050, audio: (begin..end).map(sample).collect() }
    }
    fn last() -> Option<Spoken> {
        None
    }
    fn echo(piece: Fed) -> Spoken {
        let audio = match piece {
            Fed::Sound { audio } => audio,
            Fed::Text(text) => vec![0; text.len()],
        };
        Spoken { rate_hz: 16_000, audio }
    }
}

struct Obedient {
    shift: usize,
}

impl<K: Scripted> Model<K> for Obedient {
    fn run(
        &mut self,
        task: K::Task,
        input: &mut Input,
        cancel: &CancelFlag,
        outputs: &mut Outputs<K>,
    ) -> Result<(), String> {
        let script: JobScript = serde_json::from_str(K::script(&task)).map_err(|error| error.to_string())?;
        if let Some(file) = &script.begun {
            std::fs::write(file, []).map_err(|error| error.to_string())?;
        }
        let stop = || cancel.is_set() && !script.ignore_cancel;
        let shift = self.shift + if script.differs { std::process::id() as usize } else { 0 };
        let computed = Instant::now() + Duration::from_millis(script.computes_ms);
        while Instant::now() < computed && !stop() {
            outputs.life_sign().give();
            std::thread::sleep(Duration::from_millis(1));
        }
        while let Some(piece) = script.echo.then(|| input.next_piece()).flatten() {
            outputs.send(K::echo(piece)).map_err(|error| error.to_string())?;
        }
        let mut endless = false;
        let (mut done, mut pieces) = (0, 0);
        loop {
            if stop() {
                return Ok(());
            }
            if pieces == script.after_pieces && script.fault.is_some() && happens(&script) {
                match script.fault.as_ref() {
                    Some(JobFault::Crash) => std::process::abort(),
                    Some(JobFault::Hang) => {
                        while !stop() {
                            std::thread::sleep(Duration::from_millis(1));
                        }
                        return Ok(());
                    }
                    Some(JobFault::Endless) => endless = true,
                    Some(JobFault::Refuse(message)) => return Err(message.clone()),
                    Some(JobFault::Print) => {
                        let _ = std::io::stdout().write_all(b"a native library says hello\n");
                        let _ = std::io::stdout().flush();
                    }
                    Some(JobFault::CrashBeforeEnd | JobFault::Garbage | JobFault::WrongJob) | None => {}
                }
            }
            if done >= script.length && !endless {
                break;
            }
            std::thread::sleep(Duration::from_millis(script.pause_ms));
            let size = 1 + (std::process::id() as usize).wrapping_mul(37).wrapping_add(pieces * 11) % K::LARGEST_PIECE;
            let end = if endless { done + size } else { (done + size).min(script.length) };
            outputs.send(K::piece(shift + done, shift + end)).map_err(|error| error.to_string())?;
            (done, pieces) = (end, pieces + 1);
        }
        if let Some(last) = K::last() {
            outputs.send(last).map_err(|error| error.to_string())?;
        }
        if script.fault == Some(JobFault::CrashBeforeEnd) && happens(&script) {
            std::process::abort();
        }
        Ok(())
    }
}

/// Whether a fault that may happen only once happens now.
fn happens(script: &JobScript) -> bool {
    script.once.as_ref().is_none_or(|file| OpenOptions::new().write(true).create_new(true).open(file).is_ok())
}

fn start_fault(script: &StartScript) -> Result<Option<StartFault>, Box<dyn Error>> {
    if let Some((file, times)) = &script.times {
        let mut file = OpenOptions::new().append(true).create(true).open(file)?;
        if file.metadata()?.len() >= *times {
            return Ok(None);
        }
        file.write_all(b".")?;
    }
    Ok(script.fault)
}

fn raw() -> Result<(), Box<dyn Error>> {
    let mut stdout = std::io::stdout();
    let details = WorkerDetails { engine: LanguageModel::NAME.to_owned(), ..WorkerDetails::default() };
    protocol::write(&mut stdout, &Report::<Generated>::Ready { protocol: protocol::VERSION, details })?;
    loop {
        let Command::Start { job, task, .. } = protocol::read::<Command<Generate>>(std::io::stdin())? else {
            continue;
        };
        let script: JobScript = serde_json::from_str(LanguageModel::script(&task))?;
        let faulty = script.fault.is_some() && happens(&script);
        if faulty && script.fault == Some(JobFault::Garbage) {
            stdout.write_all(&[0xff; 64])?;
        } else if faulty && script.fault == Some(JobFault::WrongJob) {
            protocol::write(&mut stdout, &Report::<Generated>::End { job: protocol::JobId(job.0 + 1) })?;
        } else {
            protocol::write(&mut stdout, &Report::Output { job, output: LanguageModel::piece(0, script.length) })?;
            protocol::write(&mut stdout, &Report::<Generated>::End { job })?;
        }
        stdout.flush()?;
    }
}

/// What a real worker does before it is ready, unless the script says otherwise.
fn load(start: &StartScript) -> Result<(Obedient, WorkerDetails), Box<dyn Error>> {
    let pretend = |protocol, engine: &str| -> Result<(), Box<dyn Error>> {
        let details = WorkerDetails { engine: engine.to_owned(), ..WorkerDetails::default() };
        protocol::write(std::io::stdout(), &Report::<Generated>::Ready { protocol, details })?;
        std::thread::sleep(Duration::MAX);
        Ok(())
    };
    match start_fault(start)? {
        Some(StartFault::Exit) => return Err("the model is not there".into()),
        Some(StartFault::Hang) => std::thread::sleep(Duration::MAX),
        Some(StartFault::Garbage) => std::io::stdout().write_all(b"Loading model ...\n")?,
        Some(StartFault::WrongVersion) => pretend(protocol::VERSION + 1, LanguageModel::NAME)?,
        Some(StartFault::WrongEngine) => pretend(protocol::VERSION, "abacus")?,
        Some(StartFault::Immortal) => pretend(protocol::VERSION, LanguageModel::NAME)?,
        None => std::thread::sleep(Duration::from_millis(LOADING_MS)),
    }
    let model = start.model.as_deref().unwrap_or("scripted");
    Ok((Obedient { shift: start.shift() }, WorkerDetails::of(Path::new(model))))
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let kind = arguments.next().ok_or("say think, talk or raw")?;
    let start: StartScript = arguments.next().map_or(Ok(StartScript::default()), |json| serde_json::from_str(&json))?;
    Ok(match kind.as_str() {
        "talk" => worker::main::<TextToSpeech, _>(|| load(&start)),
        "raw" => raw().map(|()| ExitCode::SUCCESS)?,
        _ => worker::main::<LanguageModel, _>(|| load(&start)),
    })
}
