//! The spin count is in the environment when `main` begins, whoever started the process.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "it talks to itself, and what fails is the test")]

use std::process::Command;

const INSIDE: &str = "PARLEY_TEST_INSIDE";
const SPIN_COUNT: &str = "GOMP_SPINCOUNT";

/// Starts this test over as a process of its own, which says what it finds.
fn spin_count_of_a_process(given: Option<&str>) -> String {
    let mut process = Command::new(std::env::current_exe().unwrap());
    process.args(["--exact", "waiting_threads_sleep_soon", "--nocapture"]).env(INSIDE, "yes").env_remove(SPIN_COUNT);
    if let Some(count) = given {
        process.env(SPIN_COUNT, count);
    }
    let output = String::from_utf8(process.output().unwrap().stdout).unwrap();
    let (_, found) = output.split_once("found ").unwrap_or_else(|| panic!("{output}"));
    found.lines().next().unwrap_or_default().to_owned()
}

#[test]
fn waiting_threads_sleep_soon() {
    if std::env::var_os(INSIDE).is_some() {
        parley_engines::openmp::sleep_while_waiting();
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        println!("found {:?} {arguments:?}", std::env::var(SPIN_COUNT).ok());
        return;
    }
    let arguments = r#"["--exact", "waiting_threads_sleep_soon", "--nocapture"]"#;
    assert_eq!(spin_count_of_a_process(None), format!("Some(\"300\") {arguments}"));
    assert_eq!(spin_count_of_a_process(Some("7")), format!("Some(\"7\") {arguments}"), "somebody chose");
}
