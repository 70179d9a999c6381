//! The table of all the ways in which a kind can be fooled, as data: kind × sabotage × expected outcome and reason.
//!
//! Every row runs the real program on real parts in a room of its own. Every kind has at least one row where it
//! passes and three where it must not. A part that is not on the machine makes its rows *ignored*, never passed;
//! with `ROLLSAFE_REQUIRE_COMPONENTS=1` a missing part is a failure.

#![allow(
    clippy::allow_attributes,
    clippy::disallowed_methods,
    clippy::format_push_string,
    clippy::incompatible_msrv,
    clippy::missing_docs_in_private_items,
    clippy::panic,
    clippy::unused_self,
    clippy::unwrap_used,
    dead_code,
    reason = "tests start programs, read the clock and stop where they cannot go on; two test programs share the room"
)]

#[path = "../support/room.rs"]
mod room;
mod rows;

use libtest_mimic::{Arguments, Failed, Trial};
use room::Room;

/// A real part that a row stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Component {
    /// The git program.
    Git,
    /// GNU make.
    Make,
    /// A virtual environment with the example service's requirements; its `bin` folder is `{{ bin }}`.
    Python,
}

/// One way to run a step of a kind, and what the gate must say.
pub(crate) struct Row {
    /// The kind.
    pub(crate) kind: &'static str,
    /// What was done to the service, as a name.
    pub(crate) name: &'static str,
    /// The real parts it stands on.
    pub(crate) needs: &'static [Component],
    /// The settings of the step, without `id` and `kind`.
    pub(crate) step: &'static str,
    /// Builds the service, and breaks it.
    pub(crate) arrange: fn(&mut Room),
    /// The expected outcome and reason code.
    pub(crate) expect: (&'static str, &'static str),
}

fn main() {
    let arguments = Arguments::from_args();
    let trials = rows::all().into_iter().map(trial).collect();
    libtest_mimic::run(&arguments, trials).exit();
}

fn trial(row: &'static Row) -> Trial {
    let missing = row.needs.iter().any(|component| !is_there(*component));
    let name = format!("{}::{}", row.kind, row.name);
    Trial::test(name, move || run(row)).with_ignored_flag(missing && !required())
}

fn required() -> bool {
    std::env::var("ROLLSAFE_REQUIRE_COMPONENTS").is_ok_and(|value| value == "1")
}

fn is_there(component: Component) -> bool {
    match component {
        Component::Git => std::process::Command::new("git").arg("--version").output().is_ok(),
        Component::Make => std::process::Command::new("make").arg("--version").output().is_ok(),
        Component::Python => room::python::bin().is_some(),
    }
}

/// Runs one row and holds the outcome and the reason of its step against what is expected.
fn run(row: &Row) -> Result<(), Failed> {
    let mut room = Room::new();
    if row.needs.contains(&Component::Python) {
        let bin = room::python::bin().ok_or("the virtual environment of the tests could not be made")?;
        room.variable("bin", &bin.to_string_lossy());
    }
    (row.arrange)(&mut room);
    let step =
        format!("[checklist]\nname = \"row\"\n\n[[step]]\nid = \"step\"\nkind = \"{}\"\n{}", row.kind, row.step);
    room.write("checklists/row.toml", &step);
    let output = room.rollsafe(&["run", "--format", "json"]);
    let text = String::from_utf8_lossy(&output.stdout);
    let report: serde_json::Value = serde_json::from_str(&text)
        .map_err(|error| format!("{error}: {text}{}", String::from_utf8_lossy(&output.stderr)))?;
    let result = &report["steps"][0]["result"];
    let seen = (result["outcome"].as_str().unwrap_or(""), result["reason"].as_str().unwrap_or(""));
    if seen != row.expect {
        return Err(format!("expected {:?}, saw {seen:?}: {result:#}", row.expect).into());
    }
    holds_five_parts(result)
}

/// Every warn, fail and error says all five parts.
fn holds_five_parts(result: &serde_json::Value) -> Result<(), Failed> {
    if !matches!(result["outcome"].as_str(), Some("warn" | "fail" | "error")) {
        return Ok(());
    }
    for part in ["what", "expected", "observed", "retry", "next"] {
        if result[part].as_str().is_none_or(|text| text.trim().is_empty()) {
            return Err(format!("the part `{part}` is empty: {result:#}").into());
        }
    }
    Ok(())
}
