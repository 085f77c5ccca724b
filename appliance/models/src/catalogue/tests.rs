use super::*;
use crate::digest::Sha256;

fn manifest() -> Manifest {
    let mut toml = "[[profile]]\nname='p'\ndescription='x'\n[[profile]]\nname='part'\ndescription='x'\n[[profile]]\nname='new'\ndescription='x'\n\
                    [[profile]]\nname='far'\ndescription='x'\nunavailable='it is elsewhere'\n".to_owned();
    for (id, purpose, languages) in [
        ("hear", "speech-to-text", ""),
        ("think", "language-model", ""),
        ("speak", "text-to-speech", "'en'"),
        ("parler", "text-to-speech", "'fr'"),
        ("turn", "end-of-turn", ""),
    ] {
        let profiles = if id == "hear" { "'p','part'" } else { "'p'" };
        let sha256 = Sha256::of_bytes(id.as_bytes());
        toml += &format!(
            "[[model]]\nid='{id}'\npurpose='{purpose}'\nworker='w'\ndescription='x'\nprofiles=[{profiles}]\nlanguages=[{languages}]\nlicence='MIT'\n\
             [[model.file]]\nname='{id}.dat'\nbytes={}\nsha256='{sha256}'\nsources=['deb:x#{id}']\n",
            id.len()
        );
    }
    toml += "[[model]]\nid='new-model'\npurpose='language-model'\nworker='w'\ndescription='x'\nprofiles=['new']\nlicence='MIT'\n\
             [[model.file]]\nname='new.dat'\nverified=false\nsources=['https://example.org/new']\n";
    Manifest::parse(&toml).unwrap()
}

#[test]
fn a_profile_is_selected_once_all_of_it_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let models = Catalogue::new(manifest(), Store::new(folder.path()).unwrap());
    for id in ["hear", "think", "speak", "turn"] {
        std::fs::write(folder.path().join(format!("{id}.dat")), id).unwrap();
    }
    std::fs::write(folder.path().join("turn.dat"), "cut").unwrap();
    let error = models.select("p").unwrap_err().to_string();
    for part in [
        "parler.dat is missing",
        "turn.dat is damaged: it has 3 bytes instead of 4",
        "`parley models fetch --profile p`",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert!(!error.contains("think.dat"));
    std::fs::write(folder.path().join("turn.dat"), "turn").unwrap();
    std::fs::write(folder.path().join("parler.dat"), "parler").unwrap();
    let path = |name: &str| folder.path().join(name);
    let selected = |name: &str| Selected { worker: "w".into(), file: path(name) };
    let files = vec![("en".into(), path("speak.dat")), ("fr".into(), path("parler.dat"))];
    let expected = Selection {
        speech_to_text: selected("hear.dat"),
        language_model: selected("think.dat"),
        languages: None,
        context_tokens: None,
        unsure_below: None,
        text_to_speech: Voices { worker: "w".into(), files },
        end_of_turn: Some(selected("turn.dat")),
    };
    assert_eq!(models.select("p"), Ok(expected));
    let names: Vec<_> = models.select("p").unwrap().files().map(|file| file.file_name().unwrap().to_owned()).collect();
    assert_eq!(names, ["hear.dat", "think.dat", "turn.dat", "speak.dat", "parler.dat"]);
}

#[test]
fn what_is_here_is_not_fetched_and_what_is_damaged_inside_is_found_by_reading_it() {
    let folder = tempfile::tempdir().unwrap();
    let models = Catalogue::new(manifest(), Store::new(folder.path()).unwrap());
    assert_eq!(models.folder(), folder.path());
    let wanted = models.resolve(&Wanted::Ids(vec!["think".into(), "turn".into()])).unwrap();
    for id in ["think", "turn"] {
        std::fs::write(folder.path().join(format!("{id}.dat")), id).unwrap();
    }
    let paths = models.fetch(&wanted, &mut |_| {}).unwrap();
    assert_eq!(paths, [folder.path().join("think.dat"), folder.path().join("turn.dat")]);
    std::fs::write(folder.path().join("turn.dat"), "torn").unwrap();
    let mut read = Vec::new();
    let states = models.verify(&wanted, &mut |progress| read.push((progress.file.to_owned(), progress.done_bytes)));
    assert_eq!(states[0].files, [("think.dat", FileState::Present)]);
    assert!(matches!(&states[1].files[..], [("turn.dat", FileState::Damaged { .. })]), "{states:?}");
    assert_eq!(read, [("think.dat".to_owned(), 5), ("turn.dat".to_owned(), 4)]);
    assert!(models.list(&wanted).iter().all(|state| state.files[0].1 == FileState::Present), "a quick look");
}

#[test]
fn what_cannot_be_selected_says_why() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("new.dat"), "by hand").unwrap();
    let models = Catalogue::new(manifest(), Store::new(folder.path()).unwrap());
    let check = |profile: &str, expected: &str| {
        let error = models.select(profile).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    check("q", "no profile `q`; there are: p, part, new, far");
    check("part", "`part` has 0 models for LanguageModel");
    check("far", "`far` cannot be used: it is elsewhere");
    check("new", "nobody has verified the checksums of new-model");
    let unknown = models.resolve(&Wanted::Ids(vec!["turn".into(), "x".into()])).unwrap_err().to_string();
    assert!(unknown.contains("no model `x`"), "{unknown}");
    assert_eq!(models.resolve(&Wanted::Everything).unwrap().len(), 6);
    assert_eq!(models.resolve(&Wanted::Ids(vec!["turn".into(), "hear".into()])).unwrap()[0].id, "hear");
}

#[test]
fn the_folder_comes_from_the_environment() {
    let check = |variables: &[(&str, &str)], expected: Option<&str>| {
        let variable = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
        assert_eq!(default_dir(variable), expected.map(PathBuf::from), "{variables:?}");
    };
    check(&[("PARLEY_MODELS", "/m"), ("XDG_CACHE_HOME", "/c"), ("HOME", "/h")], Some("/m"));
    check(&[("PARLEY_MODELS", ""), ("XDG_CACHE_HOME", "/c"), ("HOME", "/h")], Some("/c/parley/models"));
    check(&[("XDG_CACHE_HOME", "relative"), ("HOME", "/h")], Some("/h/.cache/parley/models"));
    check(&[], None);
}

#[test]
fn what_a_machine_has_no_memory_for_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let models = |bytes| {
        let models = Catalogue::new(manifest(), Store::new(folder.path()).unwrap());
        models.on_machine(Some(bytes)).select("p").unwrap_err().to_string()
    };
    let small = models(1 << 30);
    assert!(small.contains("`p` needs 0.9 GB of memory") && small.contains("this one has 1.1 GB"), "{small}");
    assert!(models(2 << 30).contains("is missing"), "it has room, and no files");
}

#[test]
fn a_conversation_is_held_in_what_hearing_and_answering_both_know() {
    let manifest = Manifest::embedded().unwrap();
    let understood = |profile: &str| super::understood(&manifest.models_of(profile).collect::<Vec<_>>());
    assert_eq!(understood("tiny"), Some(vec!["en".into()]));
    assert_eq!(understood("large"), Some(vec!["en".into()]), "both say so");
    assert_eq!(understood("pi5"), None);
    let none = ["whisper-small-en", "tinyllama-1.1b"].map(|id| manifest.model(id).unwrap().clone());
    let mut none = none.to_vec();
    none[0].languages = vec!["de".into()];
    assert_eq!(super::understood(&none.iter().collect::<Vec<_>>()), Some(Vec::new()));
}
