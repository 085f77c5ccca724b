//! `parley-restart [ARGUMENT]`: restarts the board at once, handing the firmware an argument (`0 tryboot`: the other
//! slot, once).
//!
//! For the initramfs, which has no systemd; busybox's `reboot` cannot pass an argument. Nothing is unmounted: the
//! caller has done that.

use std::ffi::CString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let argument = std::env::args().nth(1).unwrap_or_default();
    let Ok(argument) = CString::new(argument) else { return ExitCode::from(2) };
    let error = restart(&argument);
    // The standard streams of an early start may be closed; the exit code tells as well.
    let _ = std::io::Write::write_all(
        &mut std::io::stderr(),
        format!("cannot restart: {error}; is this run by root?\n").as_bytes(),
    );
    ExitCode::FAILURE
}

/// Returns only when the kernel refuses.
#[allow(unsafe_code, reason = "no crate offers reboot(2) with an argument")]
fn restart(argument: &CString) -> std::io::Error {
    // SAFETY: sync(2) takes nothing; reboot(2) reads the last argument as a C string, which outlives the call.
    unsafe {
        libc::sync();
        libc::syscall(
            libc::SYS_reboot,
            libc::LINUX_REBOOT_MAGIC1,
            libc::LINUX_REBOOT_MAGIC2,
            libc::LINUX_REBOOT_CMD_RESTART2,
            argument.as_ptr(),
        );
    }
    std::io::Error::last_os_error()
}
