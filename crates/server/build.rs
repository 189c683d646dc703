//! Builds the crate anew when the web pages were.

fn main() {
    println!("cargo::rerun-if-changed=../../ui/dist");
}
