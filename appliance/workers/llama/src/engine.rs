//! Answers chats.
//!
//! - The cache keeps the longest common beginning of a prompt and one of the last few.
//! - The **prefix** is the system prompt as the template writes it; with a state folder it survives the process.
//! - A cancelled job ends between two operations of a computation; what was computed until then stays in the cache.

use std::io;
use std::path::Path;
use std::time::Instant;

use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::token::LlamaToken;
use parley_engines::worker::{CancelFlag, Input, Model, Outputs};
use parley_engines::{Generate, Generated, LanguageModel, Role, StopReason};
use parley_model_file::ModelFileError;

use crate::answer::Answer;
use crate::cache::{Cache, Computed};
use crate::interrupt;
use crate::prompt::PromptWriter;
use crate::repetition;
use crate::sampler::Chooser;
use crate::sentence::SentenceEnds;
use crate::state_file::StateFolder;

/// A shorter prefix is computed faster than read.
const MIN_PREFIX_TOKENS: usize = 16;

#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("cannot use the model {path}: {error}. `parley check` says what to do")]
    File { path: String, error: ModelFileError },
    #[error("llama.cpp cannot use the model {path} (architecture {architecture:?}): {message}")]
    Refused {
        path: String,
        architecture: String,
        /// llama.cpp's own words.
        message: String,
    },
    #[error("cannot use the state folder {path}: {error}. Make it writable, or leave --state-dir out")]
    StateFolder { path: String, error: io::Error },
}

pub struct Llama {
    model: &'static LlamaModel,
    writer: PromptWriter,
    cache: Cache,
    states: Option<StateFolder>,
    ends: SentenceEnds,
    judged: Option<Judged>,
}

/// What was found about a sentence, so that the same prompt need not be computed again for it.
struct Judged {
    /// The prompt up to the last word.
    prompt: Vec<LlamaToken>,
    probability: f32,
}

impl Llama {
    /// Loads the model and computes a little with it, so that its weights are in memory.
    pub fn load(path: &Path, threads: u32, context: u32, state_dir: Option<&Path>) -> Result<Self, LoadError> {
        let shown = || path.display().to_string();
        let architecture =
            parley_model_file::architecture(path).map_err(|error| LoadError::File { path: shown(), error })?;
        let refused = |message| LoadError::Refused { path: shown(), architecture: architecture.clone(), message };

        let mut backend = LlamaBackend::init().map_err(|error| refused(error.to_string()))?;
        backend.void_logs();
        let model = LlamaModel::load_from_file(&backend, path, &LlamaModelParams::default())
            .map_err(|error| refused(error.to_string()))?;
        // The context borrows the model, and both live as long as the process.
        let model: &'static LlamaModel = Box::leak(Box::new(model));
        let limit = context.min(model.n_ctx_train());
        let cache = Cache::new(&backend, model, limit, threads as i32).map_err(refused)?;
        let states = state_dir
            .map(|folder| {
                StateFolder::open(folder, path, limit)
                    .map_err(|error| LoadError::StateFolder { path: folder.display().to_string(), error })
            })
            .transpose()?;
        let (writer, ends) = (PromptWriter::new(model), SentenceEnds::new(model));
        let mut llama = Self { model, writer, cache, states, ends, judged: None };
        llama.warm_up().map_err(refused)?;
        Ok(llama)
    }

    pub fn context_tokens(&self) -> u32 {
        self.cache.limit() as u32
    }

    fn warm_up(&mut self) -> Result<(), String> {
        let token = self.model.vocab().tokenize(b"a", false, false);
        self.cache.append(&token, &CancelFlag::default())?;
        self.cache.keep(0);
        Ok(())
    }

    /// Brings `prompt` into the cache; returns how much of it was there, or `None` where the job was cancelled. `emit`
    /// is told at once whether a person's last words are a sentence.
    fn prefill(
        &mut self,
        prompt: &[LlamaToken],
        prefix: usize,
        cancel: &CancelFlag,
        last_word: Option<usize>,
        emit: &mut dyn FnMut(Generated) -> Result<(), String>,
    ) -> Result<Option<usize>, String> {
        let until_word = last_word.and_then(|word| prompt.get(..=word)).unwrap_or_default();
        let known = self.judged.as_ref().filter(|judged| judged.prompt == until_word).map(|judged| judged.probability);
        if let Some(probability) = known {
            emit(Generated::Sentence(probability))?;
        } else if let Some(word) = last_word
            && self.cache.common(prompt) > word
        {
            self.cache.keep(word);
        }
        let mut reused = self.cache.common(prompt);
        if reused < prefix && self.load_prefix(&prompt[..prefix]) {
            reused = prefix;
        }
        self.cache.keep(reused);
        // Where the cache could not forget only the end, it is empty now.
        reused = self.cache.common(prompt);
        if reused < prefix {
            if self.cache.append(&prompt[reused..prefix], cancel)? == Computed::Cancelled {
                return Ok(None);
            }
            self.save_prefix(&prompt[..prefix]);
        }
        let (mut found, ends) = (None, &self.ends);
        let looked_at = last_word.filter(|_| known.is_none());
        let new = &prompt[self.cache.len()..];
        let computed =
            self.cache.append_and_look(new, cancel, looked_at, |logits| found = Some(ends.probability(logits)))?;
        if let Some(probability) = found.filter(|_| computed == Computed::Done) {
            self.judged = Some(Judged { prompt: until_word.to_vec(), probability });
            emit(Generated::Sentence(probability))?;
        }
        Ok((computed == Computed::Done).then_some(reused))
    }

    fn load_prefix(&mut self, prefix: &[LlamaToken]) -> bool {
        let Some(states) = &self.states else { return false };
        let Some(file) = states.find(prefix) else { return false };
        let loaded = self.cache.load(&file, prefix);
        if !loaded {
            states.discard(&file);
        }
        loaded
    }

    fn save_prefix(&mut self, prefix: &[LlamaToken]) {
        let Some(states) = &mut self.states else { return };
        let cache = &self.cache;
        // Without the file the next start computes the prompt again: slower, and nothing else.
        let _ = states.save(prefix, |path| cache.save(path).map_err(io::Error::other));
    }

    /// How many tokens of `prompt` are the system prompt; 0 where it is too short to be kept.
    fn prefix_tokens(&self, task: &Generate, prompt: &[LlamaToken]) -> usize {
        let Some(system) = task.messages.first().filter(|message| message.role == Role::System) else {
            return 0;
        };
        let alone = self.writer.tokens(self.model, std::slice::from_ref(system), false);
        // The last token of all is always computed: choosing the next one needs its result.
        let common = alone.iter().zip(prompt).take_while(|(a, b)| a == b).count().min(prompt.len() - 1);
        if common < MIN_PREFIX_TOKENS { 0 } else { common }
    }

    fn answer(
        &mut self,
        task: &Generate,
        cancel: &CancelFlag,
        emit: &mut dyn FnMut(Generated) -> Result<(), String>,
    ) -> Result<(), String> {
        if task.messages.is_empty() {
            return Err("there is no message to answer".to_owned());
        }
        let mut chooser = Chooser::new(self.model, task)?;
        let prompt = self.writer.tokens(self.model, &task.messages, true);
        if prompt.len() > self.cache.limit() {
            let (tokens, limit) = (prompt.len(), self.cache.limit());
            return Err(format!("the prompt has {tokens} tokens, and the context only {limit}: shorten the history"));
        }

        let start = Instant::now();
        let prefix = self.prefix_tokens(task, &prompt);
        self.cache.choose(&prompt, prefix);
        if task.max_tokens > 0 && self.cache.common(&prompt) == prompt.len() {
            self.cache.keep(prompt.len() - 1);
        }
        let asked = task.messages.last().is_some_and(|message| message.role == Role::User);
        let last_word = self.ends.last_word(&prompt).filter(|_| asked);
        let Some(reused) = self.prefill(&prompt, prefix, cancel, last_word, emit)? else { return Ok(()) };
        let prefill_ms = start.elapsed().as_secs_f32() * 1000.0;

        let mut generated = Vec::new();
        let mut answer = Answer::new(self.writer.stop());
        let reason = loop {
            if generated.len() >= task.max_tokens as usize {
                break StopReason::Length;
            }
            let token = chooser.next(self.cache.context())?;
            if self.model.vocab().is_eog(token) {
                break StopReason::EndOfAnswer;
            }
            generated.push(token);
            let text = answer.push(&self.model.vocab().token_to_piece(token, false, None));
            if !text.is_empty() {
                emit(Generated::Text(text))?;
            }
            if answer.has_stopped() {
                break StopReason::EndOfAnswer;
            }
            if repetition::is_looping(&generated) {
                break StopReason::Repetition;
            }
            if self.cache.len() >= self.cache.limit() {
                break StopReason::Length;
            }
            if self.cache.append(&[token], cancel)? == Computed::Cancelled {
                return Ok(());
            }
        };
        let rest = answer.finish();
        if !rest.is_empty() {
            emit(Generated::Text(rest))?;
        }
        if let Some(certainty) = chooser.certainty() {
            emit(Generated::Certainty(certainty))?;
        }
        emit(Generated::Finished {
            reason,
            prompt_tokens: prompt.len() as u32,
            reused_tokens: reused as u32,
            generated_tokens: generated.len() as u32,
            prefill_ms,
        })
    }
}

impl Model<LanguageModel> for Llama {
    fn run(
        &mut self,
        task: Generate,
        _: &mut Input,
        cancel: &CancelFlag,
        outputs: &mut Outputs<LanguageModel>,
    ) -> Result<(), String> {
        interrupt::watch(Some((cancel.clone(), outputs.life_sign())));
        let mut emit = |output| outputs.send(output).map_err(|error| error.to_string());
        let result = self.answer(&task, cancel, &mut emit);
        interrupt::watch(None);
        result
    }
}
