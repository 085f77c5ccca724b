//! The kernel fragment against the board's own configuration and Kconfig, by the kernel's own tools: a symbol that does not exist, or that lacks what it
//! depends on, disappears from a configuration without a word.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::checkout::Checkout;
use super::report::Report;
use xtask::process;

/// Where the layer says what it wants of the kernel.
pub const FRAGMENT: &str = "meta-voice/recipes-kernel/linux/files/parley.cfg";
/// As meta-raspberrypi has it for a Raspberry Pi 5.
const BOARD: &str = "bcm2712_defconfig";
/// Debian's cross compiler; what a compiler can do decides some symbols.
const CROSS: &str = "aarch64-linux-gnu-";

/// Merges the two and looks what is left of the fragment.
pub fn check(checkout: &Checkout, tree: Option<&Path>, report: &mut Report) -> Result<String> {
    let Some(tree) = tree else {
        let why = "needs --kernel TREE, the source that meta-raspberrypi's linux-raspberrypi names";
        return Ok(report.skip("kernel", why));
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
    let version = fs::read_to_string(tree.join("Makefile")).map(|makefile| version(&makefile))?;
    make(BOARD)?;
    let config = scratch.path().join(".config");
    let board = fs::read_to_string(&config)?;
    let fragment = checkout.read(FRAGMENT)?;
    fs::write(&config, laid_over(&board, &fragment))?;
    make("olddefconfig")?;
    let merged = fs::read_to_string(&config)?;
    let (board, merged, wanted) = (symbols(&board), symbols(&merged), symbols(&fragment));
    let problems = missing(&wanted, &merged).into_iter().chain(lost(&board, &wanted, &merged));
    report.find_all("kernel configuration", FRAGMENT, problems);
    let changed = wanted.iter().filter(|(symbol, value)| board.get(*symbol) != Some(value)).count();
    Ok(format!("Linux {version}: {} symbols, {changed} of them other than the board's {}", wanted.len(), board.len()))
}

/// The kernel's version, as its Makefile begins.
fn version(makefile: &str) -> String {
    let number = |name: &str| {
        makefile.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = ")).unwrap_or("?").to_owned()
    };
    [number("VERSION"), number("PATCHLEVEL"), number("SUBLEVEL")].join(".")
}

/// A configuration with the fragment's values in the place of its own.
fn laid_over(board: &str, fragment: &str) -> String {
    let wanted = symbols(fragment);
    let stays = |line: &&str| {
        let symbol = line.strip_prefix("CONFIG_").and_then(|line| line.split_once('='));
        symbol.is_none_or(|(symbol, _)| !wanted.contains_key(symbol))
    };
    let mut laid: String = board.lines().filter(stays).flat_map(|line| [line, "\n"]).collect();
    laid.push_str(fragment);
    laid
}

/// What the fragment asks for and does not get.
fn missing(wanted: &BTreeMap<&str, &str>, merged: &BTreeMap<&str, &str>) -> Vec<String> {
    let unmet = wanted.iter().filter(|(symbol, value)| !satisfies(merged.get(*symbol).copied(), value));
    unmet
        .map(|(symbol, value)| {
            let found = merged.get(symbol).copied().unwrap_or("absent");
            format!("{symbol} is {found} in the end, not {value}")
        })
        .collect()
}

/// What the board has, and loses by the fragment without being named in it.
fn lost(board: &BTreeMap<&str, &str>, wanted: &BTreeMap<&str, &str>, merged: &BTreeMap<&str, &str>) -> Vec<String> {
    let there = board.iter().filter(|(symbol, value)| matches!(**value, "y" | "m") && !wanted.contains_key(*symbol));
    there
        .filter(|(symbol, value)| !satisfies(merged.get(*symbol).copied(), value))
        .map(|(symbol, value)| format!("the board's {symbol}={value} is {:?} in the end", merged.get(symbol)))
        .collect()
}

/// `n` is the same as not being there; built in where a module was asked for is more than that.
fn satisfies(found: Option<&str>, wanted: &str) -> bool {
    match wanted {
        "n" => matches!(found, None | Some("n")),
        "m" => matches!(found, Some("m" | "y")),
        _ => found == Some(wanted),
    }
}

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
        let wanted = symbols("CONFIG_B=y\nCONFIG_D=y\n");
        assert_eq!(missing(&wanted, &set), ["B is m in the end, not y", "D is absent in the end, not y"]);
        assert!(missing(&wanted, &symbols("CONFIG_B=y\nCONFIG_D=y\n")).is_empty());
    }

    #[test]
    fn what_the_board_loses_by_the_fragment_is_found() {
        let (board, wanted) = (symbols("CONFIG_A=y\nCONFIG_B=m\nCONFIG_C=m\nCONFIG_N=7\n"), symbols("CONFIG_A=n\n"));
        assert!(lost(&board, &wanted, &symbols("CONFIG_B=y\nCONFIG_C=m\n")).is_empty(), "a module may become built in");
        let found = lost(&board, &wanted, &symbols("CONFIG_C=m\n"));
        assert!(found.len() == 1 && found[0].contains("B=m"), "{found:?}");
    }

    #[test]
    fn the_fragment_takes_the_place_of_the_boards_values() {
        let board = "CONFIG_A=m\n# CONFIG_B is not set\nCONFIG_AB=y\n";
        assert_eq!(laid_over(board, "CONFIG_A=y\n"), "# CONFIG_B is not set\nCONFIG_AB=y\nCONFIG_A=y\n");
        assert_eq!(version("VERSION = 6\nPATCHLEVEL = 18\nSUBLEVEL = 33\n"), "6.18.33");
    }
}
