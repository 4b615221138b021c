//! Compiles queue-message's source against loom, with no flags from outside.
fn main() {
    println!("cargo::rustc-cfg=queue_model");
    println!("cargo::rustc-cfg=queue_loom");
    println!("cargo::rerun-if-changed=build.rs");
}
