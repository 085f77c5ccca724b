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
    certainty: Option<f32>,
}

/// How likely a token is by what the model computed, before any penalty, 0..1.
fn probability(logits: &[f32], token: LlamaToken) -> f32 {
    let most = logits.iter().copied().fold(f32::MIN, f32::max);
    let all: f32 = logits.iter().map(|logit| (logit - most).exp()).sum();
    usize::try_from(token.0).ok().and_then(|index| logits.get(index)).map_or(0.0, |logit| (logit - most).exp() / all)
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
        Ok(Self { chain: LlamaSampler::chain_simple(chain), certainty: None })
    }

    /// How likely the least likely token so far was, 0..1.
    pub fn certainty(&self) -> Option<f32> {
        self.certainty
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
        let probability = probability(context.get_logits_ith(-1), token);
        self.certainty = Some(self.certainty.map_or(probability, |least| least.min(probability)));
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_probability_is_a_tokens_part_of_all() {
        let logits = [1.0_f32.ln(), 3.0_f32.ln(), 4.0_f32.ln()];
        for (token, expected) in [(0, 0.125), (1, 0.375), (2, 0.5), (3, 0.0), (-1, 0.0)] {
            assert!((probability(&logits, LlamaToken(token)) - expected).abs() < 1e-6, "{token}");
        }
        assert!((probability(&[500.0, 500.0, -500.0], LlamaToken(1)) - 0.5).abs() < 1e-6, "large ones too");
    }
}
