use super::*;

use crate::description::Generated;
use crate::noise::Noise;

fn sources() -> Sources {
    Sources { collections: BTreeMap::new(), voices: BTreeMap::new() }
}

fn knock(id: &str) -> ClipDescription {
    ClipDescription {
        id: id.to_owned(),
        text: String::new(),
        sound: Sound::Generated(Generated { noise: Noise::Knock, seed: 1 }),
        split: None,
        interruption: None,
    }
}

/// Asks for a set that was made with `made_from`, now with `asked_for`; whether it was made again.
fn remade(made_from: &str, asked_for: &str, between: impl FnOnce(&Path)) -> bool {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sources = sources();
    let workshop = Workshop { folder: folder.path(), sources: &sources };
    let first = workshop.clips("set", made_from, &[knock("a")]).expect("the set is made");
    between(folder.path());
    let mut again = false;
    let second = workshop
        .set("set", asked_for, || {
            again = true;
            Ok(vec![workshop.clip("set", &knock("a"))?])
        })
        .expect("the set is there");
    assert_eq!(first, second);
    assert!(folder.path().join("set/a.wav").is_file());
    again
}

#[test]
fn a_set_is_made_once() {
    assert!(!remade("same", "same", |_| {}));
}

#[test]
fn a_changed_description_makes_the_set_again() {
    assert!(remade("before", "after", |_| {}));
}

#[test]
fn a_missing_file_or_a_damaged_index_makes_the_set_again() {
    assert!(remade("same", "same", |folder| fs::remove_file(folder.join("set/a.wav")).expect("removed")));
    assert!(remade("same", "same", |folder| fs::write(folder.join("set/index.json"), "{").expect("written")));
}

#[test]
fn a_broken_off_preparation_leaves_no_index() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let sources = sources();
    let workshop = Workshop { folder: folder.path(), sources: &sources };
    let failed: Result<Vec<Clip>> = workshop.set("set", "", || {
        workshop.clip("set", &knock("a"))?;
        anyhow::bail!("the disk is full")
    });
    assert!(failed.is_err());
    assert!(!folder.path().join("set/index.json").exists());
}
