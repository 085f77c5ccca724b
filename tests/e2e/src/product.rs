//! The product as it is measured and taught with: its configuration, with the workers beside this program, and its
//! models.

use anyhow::{Context, Result};
use parley_models::{Catalogue, Manifest, Selection, Store, default_dir};
use parley_settings::Config;

/// The configuration: the product's, with the workers beside this program.
pub fn config() -> Result<Config> {
    let mut config = Config::default();
    let program = std::env::current_exe()?;
    config.engines.folder = program.parent().map(std::path::Path::to_owned);
    Ok(config)
}

/// The models' folder.
pub fn store() -> Result<Store> {
    let folder =
        default_dir(|name| std::env::var_os(name)).context("there is no folder for models: set PARLEY_MODELS")?;
    Ok(Store::new(folder)?)
}

/// All that the manifest names.
pub fn catalogue() -> Result<Catalogue> {
    Ok(Catalogue::new(Manifest::embedded()?, store()?))
}

/// The models of `tiny`.
pub fn models() -> Result<Selection> {
    Ok(catalogue()?.select("tiny")?)
}
