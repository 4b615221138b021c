//! The `queue-bench` program; see the library of the same name.

use std::process::ExitCode;

fn main() -> ExitCode {
    queue_bench::main()
}
