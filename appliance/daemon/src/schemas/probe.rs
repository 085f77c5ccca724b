//! A kind of data for the virtual device's cases, never in a product: lines of text, which version 2 numbers. A file
//! `refuse` beside them makes the migration fail.

use std::fs;
use std::io;
use std::path::Path;

use parley_update::data::Schema;

const VERSION: u32 = if cfg!(feature = "probe-schema-2") { 2 } else { 1 };

pub(super) const PROBE: Schema =
    Schema { name: "probe", version: VERSION, forward: &[number], back: &[forget_numbers] };

const LINES: &str = "lines";

fn number(folder: &Path) -> io::Result<()> {
    if folder.join("refuse").exists() {
        return Err(io::Error::other("the tester wanted it so"));
    }
    rewrite(folder, |index, line| format!("{} {line}\n", index + 1))
}

fn forget_numbers(folder: &Path) -> io::Result<()> {
    rewrite(folder, |_, line| format!("{}\n", line.split_once(' ').map_or(line, |(_, text)| text)))
}

fn rewrite(folder: &Path, change: impl Fn(usize, &str) -> String) -> io::Result<()> {
    let file = folder.join(LINES);
    if !file.exists() {
        return Ok(());
    }
    let text = fs::read_to_string(&file)?;
    fs::write(file, text.lines().enumerate().map(|(index, line)| change(index, line)).collect::<String>())
}
