//! How much the language model sees at once: what the settings say, and never more than the model was trained for.

use parley_models::Selection;
use parley_settings::Config;

/// The settings with the context that the model has.
pub fn fitted(config: &Config, models: &Selection) -> Config {
    let mut config = config.clone();
    if let Some(own) = models.context_tokens {
        config.engines.context_tokens = config.engines.context_tokens.min(own);
    }
    config
}

/// What is said where the model's own context is shorter than the one that is set.
pub fn lowered(config: &Config, models: &Selection) -> Option<String> {
    let (set, own) = (config.engines.context_tokens, models.context_tokens?);
    (own < set).then(|| {
        format!(
            "engines.context-tokens = {set}: the language model was trained for {own} tokens, and that many are used"
        )
    })
}

/// Whether what is used has room for persona, question and answer.
///
/// # Errors
/// It has none: what to change.
pub fn suits(config: &Config, models: &Selection) -> Result<(), String> {
    let (least, own) = (config.least_context_tokens(), models.context_tokens);
    match own {
        Some(own) if (own as usize) < least => Err(format!(
            "the language model was trained for {own} tokens, and persona, question and answer need {least}: choose another \
             model, or shorten conversation.persona or conversation.answer-tokens"
        )),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parley_models::{Selected, Voices};

    fn trained_for(context_tokens: Option<u32>) -> Selection {
        let selected = Selected { worker: "w".into(), file: "x".into() };
        Selection {
            speech_to_text: selected.clone(),
            language_model: selected,
            languages: None,
            context_tokens,
            unsure_below: None,
            text_to_speech: Voices { worker: "w".into(), files: Vec::new() },
            end_of_turn: None,
        }
    }

    fn set_to(context_tokens: u32) -> Config {
        let mut config = Config::default();
        config.engines.context_tokens = context_tokens;
        config
    }

    #[test]
    fn the_models_own_context_is_obeyed_and_a_longer_one_is_lowered_with_a_word() {
        let used = |set, own| fitted(&set_to(set), &trained_for(own)).engines.context_tokens;
        assert_eq!((used(2048, Some(1024)), used(2048, Some(32_768)), used(2048, None)), (1024, 2048, 2048));
        let word = lowered(&set_to(8192), &trained_for(Some(2048))).expect("it is lowered");
        assert!(word.contains("engines.context-tokens = 8192") && word.contains("trained for 2048"), "{word}");
        assert_eq!(lowered(&set_to(2048), &trained_for(Some(2048))), None);
    }

    #[test]
    fn a_context_without_room_for_a_question_is_refused() {
        assert_eq!(suits(&set_to(2048), &trained_for(None)), Ok(()));
        assert_eq!(suits(&set_to(2048), &trained_for(Some(1024))), Ok(()));
        let refused = suits(&set_to(2048), &trained_for(Some(256))).expect_err("the answer alone has 120");
        assert!(refused.contains("trained for 256 tokens"), "{refused}");
    }
}
