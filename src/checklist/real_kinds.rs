//! What every kind of the program must do for the loader.

use crate::diagnostic::Code;
use crate::kind::KINDS;

use super::sandbox::{SERVICE, Sandbox};

/// A service with a target and everything that an example may use.
const FULL: &str = "environment = [\"HOME\"]\n[secret]\nalice = { env = \"ALICE\" }\nbob = { env = \"BOB\" }\n\
                    [target.local]\nenvironment = \"local\"\nurl = \"http://127.0.0.1:{{ port }}\"\nstart = [\"run\"]\n";

fn sandbox(steps: &str) -> Sandbox {
    let (top, rest) = FULL.split_once('\n').unwrap();
    let service = format!("{top}\n{SERVICE}{rest}");
    let checklist = format!("[checklist]\nname = \"a\"\n\n{steps}");
    let sandbox = Sandbox::of(&[("rollsafe.toml", &service), ("checklists/a.toml", &checklist)]);
    sandbox.asked(|request| request.values = false)
}

#[test]
fn the_example_of_every_kind_loads() {
    for kind in KINDS {
        let step = sandbox(kind.example).step();
        assert_eq!(step.header.kind, kind.name);
        assert!(!step.header.expected.trim().is_empty(), "{}", kind.name);
    }
}

#[test]
fn every_kind_refuses_a_key_that_it_does_not_read() {
    for kind in KINDS {
        let steps = kind.example.replacen("kind = ", "zzz-unread = 1\nkind = ", 1);
        assert_eq!(sandbox(&steps).codes(), [Code::UnknownKey], "{}", kind.name);
    }
}

#[test]
fn no_setting_of_a_kind_is_hidden_by_a_key_of_every_step() {
    for kind in KINDS {
        let schema = (kind.schema)(&mut schemars::SchemaGenerator::default());
        let fields = schema.get("properties").and_then(|fields| fields.as_object());
        for field in fields.into_iter().flatten().map(|(name, _)| name) {
            assert!(!super::step_keys::KEYS.contains(&field.as_str()), "{}: {field}", kind.name);
        }
    }
}
