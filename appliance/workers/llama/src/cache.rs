//! The KV cache and the tokens that are in it.
//!
//! The two never disagree: tokens are noted only after llama.cpp has computed them, and whatever goes wrong is taken
//! out again. A prompt that begins like one of the last few costs only where it differs.
//!
//! All sequences share one memory, which has room for the longest prompt and its answer: several conversations are
//! remembered as far as they fit, and cost no more than one. What has no room pushes out what was used longest ago.

use std::num::NonZeroU32;
use std::path::Path;

use llama_cpp_2::DecodeError;
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::token::LlamaToken;
use parley_engines::worker::CancelFlag;

use crate::sequences::{Choice, Sequences};

/// Tokens that are computed at once. More are hardly faster; a cancel waits for a batch that cannot be interrupted.
const BATCH_TOKENS: usize = 64;
/// Prompts that are remembered: more conversations than usually go on at once.
const SEQUENCES: usize = 4;

/// What became of a computation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Computed {
    /// All of it is in the cache.
    Done,
    /// The job was cancelled; a part may be in the cache.
    Cancelled,
}

/// A context of llama.cpp, and what it remembers.
pub struct Cache {
    context: LlamaContext<'static>,
    sequences: Sequences<LlamaToken>,
    batch: LlamaBatch<'static>,
    limit: usize,
}

impl Cache {
    /// An empty cache for `limit` tokens.
    ///
    /// # Errors
    /// There is not enough memory, or the model cannot be used for generating.
    pub fn new(backend: &LlamaBackend, model: &'static LlamaModel, limit: u32, threads: i32) -> Result<Self, String> {
        let params = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(limit))
            .with_n_batch(BATCH_TOKENS as u32)
            .with_n_ubatch(BATCH_TOKENS as u32)
            .with_n_threads(threads)
            .with_n_threads_batch(threads)
            // Models with a sliding window would otherwise forget what a later prompt wants to reuse.
            .with_swa_full(true)
            .with_n_seq_max(SEQUENCES as u32)
            .with_kv_unified(true);
        let context = model.new_context(backend, params).map_err(|error| error.to_string())?;
        let sequences = Sequences::new(SEQUENCES);
        Ok(Self { context, sequences, batch: LlamaBatch::new(BATCH_TOKENS, 1), limit: limit as usize })
    }

    /// Takes up what is remembered of a prompt like this one, whose first `prefix` tokens are the system prompt.
    pub fn choose(&mut self, prompt: &[LlamaToken], prefix: usize) {
        if let Choice::Copy { from, count } = self.sequences.choose(prompt, prefix) {
            let to = self.current();
            // A whole sequence can always be forgotten.
            let _ = self.context.clear_kv_cache_seq(Some(to), None, None);
            let copied = self.context.copy_kv_cache_seq(from as i32, to as i32, None, Some(count as u32));
            // A model without positions, such as a recurrent one, has copied all or nothing of it.
            let position = self.context.kv_cache_seq_pos_max(to as i32);
            if copied.is_err() || position + 1 != count as i32 {
                self.forget();
            }
        }
    }

    pub fn limit(&self) -> usize {
        self.limit
    }

    pub fn len(&self) -> usize {
        self.sequences.tokens().len()
    }

    fn current(&self) -> u32 {
        self.sequences.current() as u32
    }

    /// For choosing the next token, right after a computation.
    pub fn context(&self) -> &LlamaContext<'static> {
        &self.context
    }

    /// How many tokens at the beginning of `prompt` are in the cache.
    pub fn common(&self, prompt: &[LlamaToken]) -> usize {
        self.sequences.tokens().iter().zip(prompt).take_while(|(cached, wanted)| cached == wanted).count()
    }

    /// Keeps the first `count` tokens, or none where this model cannot forget only some.
    pub fn keep(&mut self, count: usize) {
        if count >= self.len() {
            return;
        }
        let forgotten = self.context.clear_kv_cache_seq(Some(self.current()), Some(count as u32), None);
        if count > 0 && matches!(forgotten, Ok(true)) {
            self.sequences.truncate(count);
        } else {
            self.forget();
        }
    }

    /// Computes `tokens` after what is in the cache.
    ///
    /// # Errors
    /// llama.cpp failed; the cache holds what it held before the batch that failed.
    pub fn append(&mut self, tokens: &[LlamaToken], cancel: &CancelFlag) -> Result<Computed, String> {
        self.append_and_look(tokens, cancel, None, |_| {})
    }

    /// Computes `tokens` after what is in the cache, and shows `see` the logits behind the one at `position`.
    pub fn append_and_look(
        &mut self,
        tokens: &[LlamaToken],
        cancel: &CancelFlag,
        position: Option<usize>,
        mut see: impl FnMut(&[f32]),
    ) -> Result<Computed, String> {
        for chunk in tokens.chunks(BATCH_TOKENS) {
            if cancel.is_set() {
                return Ok(Computed::Cancelled);
            }
            self.batch.clear();
            let (cached, sequence) = (self.len(), self.current());
            let looked_at = position.and_then(|position| position.checked_sub(cached));
            let looked_at = looked_at.filter(|index| *index < chunk.len());
            for (index, token) in chunk.iter().enumerate() {
                let position = (cached + index) as i32;
                self.batch
                    .add(*token, position, &[sequence as i32], index + 1 == chunk.len() || looked_at == Some(index))
                    .map_err(|error| error.to_string())?;
            }
            match self.decode() {
                Ok(()) => {
                    self.sequences.extend(chunk);
                    if let Some(index) = looked_at {
                        see(self.context.get_logits_ith(index as i32));
                    }
                }
                Err(error) => {
                    // llama.cpp has taken the batch out already; this makes sure of it.
                    let _ = self.context.clear_kv_cache_seq(Some(sequence), Some(cached as u32), None);
                    return if cancel.is_set() {
                        Ok(Computed::Cancelled)
                    } else {
                        Err(format!("llama.cpp could not compute: {error}"))
                    };
                }
            }
        }
        Ok(Computed::Done)
    }

    /// Computes the batch; makes room for it by what was used longest ago.
    fn decode(&mut self) -> Result<(), DecodeError> {
        loop {
            match self.context.decode(&mut self.batch) {
                Err(DecodeError::NoKvCacheSlot) => {
                    let oldest = self.sequences.forget_oldest().ok_or(DecodeError::NoKvCacheSlot)?;
                    // A whole sequence can always be forgotten.
                    let _ = self.context.clear_kv_cache_seq(Some(oldest as u32), None, None);
                }
                computed => return computed,
            }
        }
    }

    /// Writes what is in the cache for the prompt in hand to a file.
    pub fn save(&self, path: &Path) -> Result<(), String> {
        let saved = self.context.state_seq_save_file(path, self.current() as i32, self.sequences.tokens());
        saved.map(|_| ()).map_err(|error| error.to_string())
    }

    /// Replaces the cache with what was saved for `expected`; empty and `false` where the file holds anything else. All
    /// that is remembered goes: it has another system prompt, and a file must not seem useless for want of room.
    pub fn load(&mut self, path: &Path, expected: &[LlamaToken]) -> bool {
        self.clear();
        match self.context.state_seq_load_file(path, self.current() as i32, expected.len()) {
            Ok((tokens, _)) if tokens == expected => {
                self.sequences.extend(&tokens);
                true
            }
            Ok(_) | Err(_) => {
                self.clear();
                false
            }
        }
    }

    /// Forgets the sequence in use.
    fn forget(&mut self) {
        // A whole sequence can always be forgotten.
        let _ = self.context.clear_kv_cache_seq(Some(self.current()), None, None);
        self.sequences.truncate(0);
    }

    fn clear(&mut self) {
        self.context.clear_kv_cache();
        self.sequences.clear();
    }
}
