//! A declared secret appears in no report, record, log or byte on a terminal, whatever a child does with it.

use std::path::Path;

use crate::room::Room;

/// A secret with signs that every encoding changes.
const SECRET: &str = "tok/en+with \"signs\"=42";

/// Prints the secret raw, in three encodings, split over two writes, in the middle of a flood, and as an error.
const SCRIPT: &str = r#"
import base64, json, os, sys, time, urllib.parse
secret = os.environ["TOKEN"]
def out(text):
    sys.stdout.write(text); sys.stdout.flush()
out("raw " + secret + "\n")
out("base64 " + base64.b64encode(secret.encode()).decode() + "\n")
out("basic " + base64.b64encode(("alice:" + secret).encode()).decode() + "\n")
out("url " + urllib.parse.quote(secret, safe="") + " " + urllib.parse.quote_plus(secret) + "\n")
out("json " + json.dumps({"token": secret}) + "\n")
out("split " + secret[:7]); time.sleep(0.05); out(secret[7:] + "\n")
for offset in range(600):
    out("x" * offset + secret + "y" * (997 - offset) + "\n")
sys.stderr.write("error with " + secret + "\n")
sys.exit(int(sys.argv[1]))
"#;

/// Every form that must not appear, the beginning of the raw one included.
fn forms() -> Vec<String> {
    ["tok/en+with", "\"signs\"=42", "\\\"signs\\\"=42", "tok%2Fen", "tok%2fen", "dG9rL2VuK3dpdGgg", "b2svZW4rd2l0aC"]
        .map(str::to_owned)
        .into()
}

fn room(status: &str) -> Room {
    let mut room = Room::new();
    room.service_file("[secret.file-token]\nfile = 'token.txt'\n[secret.token]\nenv = 'TOKEN'\n");
    room.environment("TOKEN", SECRET);
    room.write("token.txt", &format!("{SECRET}-from-file\n"));
    room.write("script.py", SCRIPT);
    let step = format!(
        "[checklist]\nname = 'gate'\n[[step]]\nid = 'a'\nkind = 'command'\ncommand = ['python3', 'script.py', '{status}']\n\
         [[step]]\nid = 'b'\nkind = 'command'\ncommand = ['sh', '-c', 'echo \"$0\"; exit 1', '{{{{ token }}}} {{{{ file-token }}}}']\n"
    );
    room.write("checklists/gate.toml", &step);
    room
}

fn assert_clean(what: &str, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for form in forms() {
        if let Some(at) = text.find(&form) {
            let around = &text
                [text.floor_char_boundary(at.saturating_sub(60))..text.ceil_char_boundary((at + 60).min(text.len()))];
            panic!("{what} holds `{form}`: …{around}…");
        }
    }
}

fn assert_folder_is_clean(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            assert_folder_is_clean(&path);
        } else {
            assert_clean(&path.display().to_string(), &std::fs::read(&path).unwrap());
        }
    }
}

#[test]
fn a_secret_appears_in_no_report_record_or_terminal() {
    for status in ["0", "1"] {
        let room = room(status);
        let mut arguments = vec!["run".to_owned(), "--verbose".to_owned()];
        for format in ["text", "json", "jsonl", "junit", "markdown", "github", "tap"] {
            arguments.extend(["--report".to_owned(), format!("{format}=out/report.{format}")]);
        }
        let output = room.rollsafe(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert_clean("standard output", &output.stdout);
        assert_clean("standard error", &output.stderr);
        assert_folder_is_clean(&room.root().join("out"));
        assert_folder_is_clean(&room.root().join(".rollsafe"));
        let text = std::fs::read_to_string(room.root().join("out/report.json")).unwrap();
        assert!(text.contains("raw ***"), "the output itself is there, masked: {text}");
    }
}

#[test]
fn a_plan_shows_no_secret() {
    let output = room("0").rollsafe(&["plan"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_clean("the plan", &output.stdout);
    assert!(String::from_utf8_lossy(&output.stdout).contains("***"));
}

#[test]
fn a_diagnostic_shows_no_secret() {
    let mut room = room("0");
    room.environment("TOKEN", "");
    let output = room.rollsafe(&["run"]);
    assert_eq!(output.status.code(), Some(2));
    assert_clean("standard error", &output.stderr);
    assert!(String::from_utf8_lossy(&output.stderr).contains("TOKEN"));
}
