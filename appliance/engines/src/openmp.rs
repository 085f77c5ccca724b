//! How the threads of a native engine wait for each other.
//!
//! ggml's threads meet after every operation, thousands of times a second. A thread that is early spins; when other
//! processes are busy, that keeps the late one from its core, and two threads become many times slower than one. To
//! sleep at once is no better: waking up takes longer than many an operation. OpenMP's library can spin for a while and
//! then sleep, but reads for how long from the environment before `main` begins. So the process starts itself over,
//! with the same arguments and the same pipes.

/// How often a waiting thread looks before it sleeps, for GNU's OpenMP library.
const SPIN_COUNT: &str = "GOMP_SPINCOUNT";
/// About 10 µs. Of 0, 300, 1000, 3000, 10000 and 30000 on two cores, 300 was as fast as the longest on an idle machine
/// (0 took 1.4 times as long with Whisper, 3 times with a small language model), and the fastest with both cores busy
/// (30000 took 3 and 10 times as long).
const SPINS: &str = "300";

/// Lets waiting threads sleep soon; comes back where they do, or where that cannot be had. A count that is set already
/// is left alone. To be called first thing in `main`: the process begins anew.
pub fn sleep_while_waiting() {
    if std::env::var_os(SPIN_COUNT).is_some() {
        return;
    }
    #[cfg(target_os = "linux")]
    {
        use std::os::unix::process::CommandExt;
        let mut arguments = std::env::args_os();
        let mut again = std::process::Command::new("/proc/self/exe");
        if let Some(name) = arguments.next() {
            again.arg0(name);
        }
        // Returns only if it failed; then the worker is slower on a busy machine, and works all the same.
        let _ = again.args(arguments).env(SPIN_COUNT, SPINS).exec();
    }
}
