//! Which file of a worker runs here.

use std::path::{Path, PathBuf};

/// The folder, beside the programs, of those that processors with AVX-512 run sooner: the same source, compiled for them.
const AVX512: &str = "avx512";

/// The file of a worker in a folder; `None`: it is not there. One for AVX-512 that was built before the usual one is not
/// taken: it is of an older source.
pub(super) fn best(folder: &Path, name: &str, avx512: bool) -> Option<PathBuf> {
    let built = |path: &Path| path.metadata().ok().filter(std::fs::Metadata::is_file)?.modified().ok();
    let (usual, faster) = (folder.join(name), folder.join(AVX512).join(name));
    let since = built(&usual)?;
    Some(if avx512 && built(&faster) >= Some(since) { faster } else { usual })
}

/// Whether this processor has what `appliance/ggml.cmake` compiles them for.
#[cfg(target_arch = "x86_64")]
pub(super) fn has_avx512() -> bool {
    use std::arch::is_x86_feature_detected as has;
    has!("avx512f")
        && has!("avx512bw")
        && has!("avx512cd")
        && has!("avx512dq")
        && has!("avx512vl")
        && has!("avx512vbmi")
        && has!("avx512vnni")
}

/// Only that of a PC has it.
#[cfg(not(target_arch = "x86_64"))]
pub(super) const fn has_avx512() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::time::{Duration, SystemTime};

    use super::*;

    #[test]
    fn the_faster_file_is_taken_where_it_can_run_and_is_of_the_same_source() -> std::io::Result<()> {
        let folder = tempfile::tempdir()?;
        let (usual, faster) = (folder.path().join("worker"), folder.path().join("avx512/worker"));
        let best = |avx512| best(folder.path(), "worker", avx512);
        assert_eq!(best(true), None);
        fs::write(&usual, "")?;
        assert_eq!(best(true).as_ref(), Some(&usual), "there is no other");
        fs::create_dir(folder.path().join("avx512"))?;
        fs::write(&faster, "")?;
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        File::open(&usual)?.set_modified(now)?;
        File::open(&faster)?.set_modified(now)?;
        assert_eq!((best(true).as_ref(), best(false).as_ref()), (Some(&faster), Some(&usual)));
        File::open(&usual)?.set_modified(now + Duration::from_secs(1))?;
        assert_eq!(best(true).as_ref(), Some(&usual), "the faster one is of yesterday");
        Ok(())
    }
}
