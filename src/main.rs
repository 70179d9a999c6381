//! The program: calls the library and returns its exit status.

use std::process::ExitCode;

fn main() -> ExitCode {
    rollsafe::run()
}
