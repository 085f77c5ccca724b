//! What this thread has allocated and not freed. All of a world lives in the thread of its test, so that tests beside it
//! change nothing; what the operating system holds in reserve is no leak, and not counted.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    /// What was freed here but allocated elsewhere is below nothing.
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

fn count(change: isize) {
    // A thread that is ending has no count any more.
    let _ = LIVE.try_with(|live| live.set(live.get().wrapping_add(change)));
}

// SAFETY: every call is passed on unchanged to the system's allocator, which keeps the contract.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size().cast_signed());
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-layout.size().cast_signed());
        // SAFETY: the caller keeps the contract of `dealloc`, and `pointer` came from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Bytes.
pub fn live() -> usize {
    LIVE.get().max(0).cast_unsigned()
}

#[test]
fn what_is_kept_is_counted_and_what_is_freed_is_not() {
    let before = live();
    let kept = std::hint::black_box(vec![0_u8; 1_000]);
    drop(std::hint::black_box(vec![0_u8; 5_000]));
    assert_eq!(live() - before, 1_000);
    drop(kept);
    assert_eq!(live(), before);
}
