//! Which models are used where those that the settings name are not there.
//!
//! Which models there are is the image's business, and an update may change it: a layer that still names a profile of
//! an earlier image must not silence the device.

use std::fmt::Display;

use parley_settings::Config;

/// Settings with models that are there.
#[derive(Debug)]
pub struct InUse<T> {
    pub config: Config,
    pub models: T,
    /// Whether these are not the models that the settings named, which the owner is told.
    pub are_the_images: bool,
}

/// The models that the settings name, or else those that the image names, where there is one.
///
/// # Errors
/// As `select` for the settings: not even the image's models are there, or it names the same ones.
pub fn in_use<T, E: Display>(
    config: &Config,
    image: Option<&Config>,
    select: impl Fn(&Config) -> Result<T, E>,
) -> Result<InUse<T>, E> {
    let problem = match select(config) {
        Ok(models) => return Ok(InUse { config: config.clone(), models, are_the_images: false }),
        Err(problem) => problem,
    };
    let Some(image) = image.filter(|image| image.models != config.models) else { return Err(problem) };
    let config = Config { models: image.models.clone(), ..config.clone() };
    let Ok(models) = select(&config) else { return Err(problem) };
    tracing::warn!("{problem}; the image's models ({}) are used instead", config.models.profile);
    Ok(InUse { config, models, are_the_images: true })
}

/// The models that settings name, if they have room in this machine's memory.
///
/// How much they need is computed, and may be wrong: who chooses among models goes by it, but what a machine came with is
/// tried all the same, for there is nothing else.
///
/// # Errors
/// As `fitting`; for what the machine came with, as `of_any_size`.
pub fn with_room<T, E: Display>(
    came_with: bool,
    fitting: impl FnOnce() -> Result<T, E>,
    of_any_size: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    let problem = match fitting() {
        Err(problem) if came_with => problem,
        fitting => return fitting,
    };
    let models = of_any_size()?;
    tracing::warn!("{problem:#}; they are tried all the same");
    Ok(models)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_machine_came_with_is_tried_whatever_is_computed_and_what_was_chosen_is_not() {
        let too_large = || Err("needs 8 GB");
        assert_eq!(with_room(true, too_large, || Ok("models")), Ok("models"));
        assert_eq!(with_room(false, too_large, || Ok("models")), Err("needs 8 GB"));
        assert_eq!(with_room(true, too_large, || Err("one is missing")), Err("one is missing"), "that can be mended");
        for came_with in [true, false] {
            assert_eq!(with_room::<_, &str>(came_with, || Ok("fit"), || unreachable!("they fit")), Ok("fit"));
        }
    }

    fn named(profile: &str) -> Config {
        let mut config = Config::default();
        config.models.profile = profile.to_owned();
        config.conversation.language = "de".to_owned();
        config
    }

    /// A machine that has one profile.
    fn has(there: &str) -> impl Fn(&Config) -> Result<String, String> {
        move |config| {
            let profile = config.models.profile.clone();
            if profile == there { Ok(profile) } else { Err(format!("there is no profile {profile}")) }
        }
    }

    #[test]
    fn a_profile_that_is_not_there_gives_way_to_the_images_and_the_owner_is_told() {
        let image = Config::default();
        let used = in_use(&named("gone"), Some(&image), has("tiny")).expect("the image's");
        assert_eq!((used.models.as_str(), used.config), ("tiny", named("tiny")), "the rest stays");
        assert!(used.are_the_images);
    }

    #[test]
    fn what_is_there_is_used_and_nothing_is_said() {
        let used = in_use(&named("pi5"), Some(&Config::default()), has("pi5")).expect("it is there");
        assert_eq!((used.models.as_str(), used.are_the_images), ("pi5", false));
    }

    #[test]
    fn where_no_image_helps_the_mistake_is_that_of_the_settings() {
        let image = Config::default();
        for (image, there) in [(None, "tiny"), (Some(&image), "other")] {
            assert_eq!(in_use(&named("gone"), image, has(there)).unwrap_err(), "there is no profile gone");
        }
        assert!(in_use(&image, Some(&image), has("other")).is_err());
    }
}
