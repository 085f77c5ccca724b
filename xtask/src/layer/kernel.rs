//! The kernel fragment against the board's own configuration and Kconfig, by the kernel's own tools: a symbol that does not exist, or that lacks what it
//! depends on, disappears from a configuration without a word.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::checkout::Checkout;
use super::report::Report;
use crate::process;

/// Where the layer says what it wants of the kernel.
pub const FRAGMENT: &str = "meta-voice/recipes-kernel/linux/files/parley.cfg";
/// As meta-raspberrypi has it for a Raspberry Pi 5.
const BOARD: &str = "bcm2712_defconfig";
/// Debian's cross compiler; what a compiler can do decides some symbols.
const CROSS: &str = "aarch64-linux-gnu-";

/// Merges the two and looks what is left of the fragment.
pub fn check(checkout: &Checkout, tree: Option<&Path>, report: &mut Report) -> Result<String> {
    let Some(tree) = tree else {
        report.skip("kernel", "needs --kernel TREE, the source that meta-raspberrypi's linux-raspberrypi names");
        return Ok(String::new());
    };
    let tree = tree.canonicalize().with_context(|| format!("cannot find {}", tree.display()))?;
    ensure!(tree.join("arch/arm64/configs").join(BOARD).exists(), "{} has no {BOARD}", tree.display());
    let scratch = tempfile::tempdir()?;
    let make = |target: &str| {
        let mut make = Command::new("nice");
        make.args(["-n", "19", "make", "--silent", "-C"]).arg(&tree).arg(format!("O={}", scratch.path().display()));
        make.args(["ARCH=arm64", &format!("CROSS_COMPILE={CROSS}"), target]);
        process::run(&mut make)
    };
    make(BOARD)?;
    let config = scratch.path().join(".config");
    let board = fs::read_to_string(&config)?;
    let fragment = checkout.read(FRAGMENT)?;
    // The last value of a symbol holds.
    fs::write(&config, format!("{board}{fragment}"))?;
    make("olddefconfig")?;
    let merged = fs::read_to_string(&config)?;
    let (board, merged, wanted) = (symbols(&board), symbols(&merged), symbols(&fragment));
    for (symbol, value) in &wanted {
        if !satisfies(merged.get(symbol).copied(), value) {
            let found = merged.get(symbol).copied().unwrap_or("absent");
            report.find("kernel configuration", FRAGMENT, format!("{symbol} is {found} in the end, not {value}"));
        }
    }
    let changed = wanted.iter().filter(|(symbol, value)| board.get(*symbol) != Some(value)).count();
    Ok(format!("{} symbols, {changed} of them other than the board's", wanted.len()))
}

/// `n` is the same as not being there; built in where a module was asked for is more than that.
fn satisfies(found: Option<&str>, wanted: &str) -> bool {
    match wanted {
        "n" => matches!(found, None | Some("n")),
        "m" => matches!(found, Some("m" | "y")),
        _ => found == Some(wanted),
    }
}

/// The symbols of a configuration that are set.
fn symbols(text: &str) -> BTreeMap<&str, &str> {
    text.lines().filter_map(|line| line.strip_prefix("CONFIG_")?.split_once('=')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_that_disappeared_or_is_less_than_asked_for_is_found() {
        assert!(satisfies(Some("y"), "y") && satisfies(Some("y"), "m") && satisfies(None, "n"));
        assert!(!satisfies(Some("m"), "y") && !satisfies(None, "m") && !satisfies(Some("y"), "n"));
        let set = symbols("# CONFIG_A is not set\nCONFIG_B=m\nCONFIG_C=\"x\"\n");
        assert_eq!(set, BTreeMap::from([("B", "m"), ("C", "\"x\"")]));
    }
}
