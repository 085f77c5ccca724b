//! Generated files against what they are generated from.

use anyhow::Result;

use super::{Findings, Layer};
use crate::layer::generate;

/// Crate list, models and disk are what the generator would write now.
pub fn fresh(layer: &Layer<'_>, findings: &mut Findings) -> Result<()> {
    for (path, content) in generate::all(layer.checkout)? {
        let present = layer.checkout.read(path).unwrap_or_default();
        let differs = present.lines().zip(content.lines()).position(|(present, content)| present != content);
        let line = differs.unwrap_or_else(|| present.lines().count().min(content.lines().count())) + 1;
        findings.expect(present == content, format!("{path}:{line}"), "is stale: run `cargo xtask layer generate`");
    }
    Ok(())
}
