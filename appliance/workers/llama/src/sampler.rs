//! Chooses the next token.

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use parley_engines::Generate;

/// The last tokens of the answer that are made less likely to be said again.
const PENALTY_TOKENS: i32 = 64;
/// How much less likely; small models need it, and more than this makes them avoid common words.
const PENALTY: f32 = 1.1;
/// Sampling looks at no more than this many of the likeliest tokens,
const TOP_K: i32 = 40;
/// at those that together have this probability,
const TOP_P: f32 = 0.95;
/// and at none that is less likely than this part of the likeliest one.
const MIN_P: f32 = 0.05;

pub struct Chooser {
    chain: LlamaSampler,
}

impl Chooser {
    /// The rules of a task. The same task gives the same answer.
    ///
    /// # Errors
    /// The grammar is not GBNF, or has no rule `root`.
    pub fn new(model: &LlamaModel, task: &Generate) -> Result<Self, String> {
        let mut chain = Vec::new();
        match &task.grammar {
            Some(grammar) => chain.push(LlamaSampler::grammar(model, grammar, "root").map_err(|error| {
                format!("the grammar cannot be used ({error}): it must be GBNF with a rule named root")
            })?),
            // Not under a grammar: structured text repeats its quotes and braces.
            None => chain.push(LlamaSampler::penalties(model.n_vocab(), PENALTY_TOKENS, PENALTY, 0.0, 0.0)),
        }
        if task.temperature > 0.0 {
            chain.extend([
                LlamaSampler::top_k(TOP_K),
                LlamaSampler::top_p(TOP_P, 1),
                LlamaSampler::min_p(MIN_P, 1),
                LlamaSampler::temp(task.temperature),
                LlamaSampler::dist(task.seed),
            ]);
        } else {
            chain.push(LlamaSampler::greedy());
        }
        Ok(Self { chain: LlamaSampler::chain_simple(chain) })
    }

    /// The next token after what `context` computed last.
    ///
    /// # Errors
    /// The grammar allows no token that the model has.
    pub fn next(&mut self, context: &LlamaContext<'_>) -> Result<LlamaToken, String> {
        // The last one: a batch may have been looked at elsewhere, too.
        let mut candidates = context.token_data_array_ith(-1);
        candidates.apply_sampler(&mut self.chain);
        let dead_end = || "the grammar allows no further text here, nor an end".to_owned();
        let token = candidates.selected_token().ok_or_else(dead_end)?;
        // Unlike `sample`, which would end the process, this can fail.
        self.chain.try_accept(token).map_err(|_| dead_end())?;
        Ok(token)
    }
}
