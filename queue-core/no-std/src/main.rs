//! Ends with 0 if a `StaticRing` does what it promises where there is nothing but `core`.

#![no_std]
#![no_main]

use core::arch::{asm, global_asm};
use core::panic::PanicInfo;

use queue_core::{PopNowError, PushNowError, StaticRing};

static RING: StaticRing<u32, 3> = StaticRing::new();

fn works() -> bool {
    for lap in 0..1000 {
        for offset in 0..3 {
            if RING.push(lap + offset).is_err() {
                return false;
            }
        }
        if RING.push_now(0) != Err(PushNowError::Full(0)) || RING.force_push(lap + 3) != Some(lap) {
            return false;
        }
        for offset in 1..4 {
            if RING.pop() != Some(lap + offset) {
                return false;
            }
        }
        if RING.pop_now() != Err(PopNowError::Empty) {
            return false;
        }
    }
    RING.is_empty() && RING.capacity() == 3
}

#[cfg(target_arch = "x86_64")]
global_asm!(".globl _start", "_start:", "and rsp, -16", "call {start}", start = sym start);
#[cfg(target_arch = "aarch64")]
global_asm!(".globl _start", "_start:", "bl {start}", start = sym start);

extern "C" fn start() -> ! {
    exit(if works() { 0 } else { 1 })
}

fn exit(code: i32) -> ! {
    // SAFETY: the system call `exit_group` ends the process.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        asm!("syscall", in("rax") 231, in("rdi") code, options(noreturn));
        #[cfg(target_arch = "aarch64")]
        asm!("svc 0", in("x8") 94, in("x0") code, options(noreturn));
    }
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    exit(101)
}

/// `core` as it comes with the compiler can unwind, and asks for this; this program aborts.
// SAFETY: nobody else defines it, as std is not there.
#[unsafe(no_mangle)]
extern "C" fn rust_eh_personality() {}
