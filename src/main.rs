//! The program: calls the library and returns its exit status.

fn main() {}
