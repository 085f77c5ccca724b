//! Phrases that judge the tables, `judged.tsv`: written by somebody who saw neither them nor this crate, only the kinds.

use std::collections::BTreeMap;

use super::*;

/// What a kind of the list is taken for.
fn wanted(kind: &str) -> Option<Remark> {
    match kind {
        "stop" | "patience" | "retract" => Some(Remark::Stop),
        "go-on" => Some(Remark::GoOn),
        "repeat" => Some(Remark::Repeat),
        "louder" => Some(Remark::Louder),
        "quieter" => Some(Remark::Quieter),
        "acknowledge" => Some(Remark::Acknowledged),
        "none" => None,
        kind => panic!("{kind} is no kind"),
    }
}

#[test]
fn phrases_that_nobody_saw_are_understood_and_others_are_not_taken_for_any() {
    let mut counts: BTreeMap<(&str, bool), (u32, u32)> = BTreeMap::new();
    for line in include_str!("judged.tsv").lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [language, kind, phrase] = fields[..] else { panic!("{line}") };
        let (wanted, found) = (wanted(kind), Remark::of(phrase));
        let count = counts.entry((language, wanted.is_some())).or_default();
        (count.0, count.1) = (count.0 + u32::from(found == wanted), count.1 + 1);
        if found != wanted {
            println!("{language} {kind}: {phrase:?} is taken for {found:?}");
        }
    }
    for ((language, remark), (right, all)) in counts {
        let what = if remark { "remarks" } else { "others" };
        println!("{language}: {right} of {all} {what}");
        let least = if remark { 85 } else { 100 };
        assert!(100 * right >= least * all, "{language}: {right} of {all} {what}, at least {least} %");
    }
}
