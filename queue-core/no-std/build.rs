//! Links no start-up files and no libraries: what asked for the standard library, an allocator or
//! libc would not be found.

fn main() {
    for argument in ["-nostartfiles", "-nostdlib", "-static"] {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
}
