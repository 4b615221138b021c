//! Compiles queue-core's source against shuttle, with no flags from outside.
fn main() {
    println!("cargo::rustc-cfg=queue_model");
    println!("cargo::rustc-cfg=queue_shuttle");
    println!("cargo::rerun-if-changed=build.rs");
}
