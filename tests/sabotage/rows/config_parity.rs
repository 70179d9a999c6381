//! Staging beside production: two files, commands and services that look alike, or are one and the same.

use crate::Row;
use crate::room::Room;

const STAGING: &str =
    "workers = 4\nurl = \"https://staging.example\"\nsecret_key = \"left\"\nlog_level = \"DEBUG\"\n";
const PRODUCTION: &str =
    "workers = 4\nurl = \"https://prod.example\"\nsecret_key = \"right\"\nlog_level = \"INFO\"\n";

const STEP: &str = r#"
left = { name = "staging", file = "staging.toml" }
right = { name = "production", file = "production.toml" }
must-equal = ["workers"]
must-differ = ["url", "secret_key"]
may-differ = ["log_level"]
forbid = { url = "prod" }
"#;

const DOTENV: &str = r#"
left = { name = "staging", file = ".env.staging" }
right = { name = "production", file = ".env.production" }
must-differ = ["DATABASE_URL"]
must-exist = ["SECRET_KEY"]
"#;

const COMMANDS: &str = r#"
left = { name = "staging", command = ["cat", "production.json"] }
right = { name = "production", command = ["cat", "production.json"] }
must-equal = ["workers"]
"#;

const URLS: &str = r#"
left = { name = "staging", url = "{{ base }}/internal/config" }
right = { name = "production", file = "production.toml" }
must-equal = ["workers"]
unclassified = "allow"
"#;

/// A step that is not as it must be.
const fn row(
    name: &'static str,
    step: &'static str,
    arrange: fn(&mut Room),
    expect: (&'static str, &'static str),
) -> Row {
    Row { kind: "config-parity", name, needs: &[], step, arrange, expect }
}

/// Staging with a change, beside production.
fn staging(room: &Room, from: &str, to: &str) {
    assert!(STAGING.contains(from), "the row changes nothing");
    room.write("staging.toml", &STAGING.replace(from, to));
    room.write("production.toml", PRODUCTION);
}

fn dotenv(room: &Room, staging: &str) {
    room.write(".env.staging", staging);
    room.write(".env.production", "export DATABASE_URL='postgres://prod/orders'\nSECRET_KEY=right # kept\n");
}

/// A service that answers every path alike, whatever is asked.
fn service(room: &mut Room, status: u16, body: &'static str) {
    let base = room.serve(move |_| (status, vec![("content-type", "text/html".to_owned())], body.to_owned()));
    room.variable("base", &base);
    room.write("production.toml", PRODUCTION);
}

pub(crate) const ROWS: &[Row] = &[
    row("staging_that_differs_where_it_must", STEP, |room| staging(room, "", ""), ("pass", "met")),
    row(
        "env_files_that_differ_where_they_must",
        DOTENV,
        |room| dotenv(room, "DATABASE_URL=postgres://staging/orders\nSECRET_KEY=left\n"),
        ("pass", "met"),
    ),
    row(
        "production_url_in_staging",
        STEP,
        |room| staging(room, "https://staging.example", "https://prod.example"),
        ("fail", "mismatch"),
    ),
    row(
        "production_host_with_another_path_in_staging",
        STEP,
        |room| staging(room, "https://staging.example", "https://PROD.example/other"),
        ("fail", "mismatch"),
    ),
    row("secret_of_production_in_staging", STEP, |room| staging(room, "left", "right"), ("fail", "mismatch")),
    row("number_written_as_a_text", STEP, |room| staging(room, "= 4", "= \"4\""), ("fail", "mismatch")),
    row("missing_key", STEP, |room| staging(room, "workers = 4\n", ""), ("fail", "missing")),
    row(
        "typing_mistake_in_a_rule",
        "left = { name = \"staging\", file = \"staging.toml\" }\n\
         right = { name = \"production\", file = \"production.toml\" }\n\
         must-differ = [\"ulr\"]\nmust-equal = [\"workers\"]\nmay-differ = [\"url\", \"secret_key\", \"log_level\"]\n",
        |room| staging(room, "https://staging.example", "https://prod.example"),
        ("fail", "missing"),
    ),
    row(
        "forbidden_pattern_that_finds_nothing_anywhere",
        "left = { name = \"staging\", file = \"staging.toml\" }\n\
         right = { name = \"production\", file = \"production.toml\" }\n\
         must-equal = [\"workers\"]\nmay-differ = [\"*\"]\nforbid = { url = \"prd\" }\n",
        |room| staging(room, "https://staging.example", "https://prod.example"),
        ("fail", "missing"),
    ),
    row("key_without_a_rule", STEP, |room| staging(room, "= 4\n", "= 4\ndebug = true\n"), ("warn", "unclassified")),
    row(
        "same_file_on_both_sides",
        "left = { name = \"staging\", file = \"production.toml\" }\n\
         right = { name = \"production\", file = \"./production.toml\" }\nmust-equal = [\"*\"]\n",
        |room| staging(room, "", ""),
        ("error", "precondition"),
    ),
    row(
        "staging_is_a_link_to_production",
        STEP,
        |room| {
            room.write("production.toml", PRODUCTION);
            std::os::unix::fs::symlink("production.toml", room.root().join("staging.toml"))
                .expect("a link can be made");
        },
        ("error", "precondition"),
    ),
    row(
        "staging_is_a_copy_of_production",
        STEP,
        |room| {
            room.write("staging.toml", PRODUCTION);
            room.write("production.toml", PRODUCTION);
        },
        ("error", "precondition"),
    ),
    row(
        "same_command_on_both_sides",
        COMMANDS,
        |room| room.write("production.json", "{\"workers\": 4}"),
        ("error", "precondition"),
    ),
    row("command_that_fails", COMMANDS, |_| {}, ("error", "tool-failed")),
    row("missing_file", STEP, |room| room.write("production.toml", PRODUCTION), ("error", "no-data")),
    row("empty_env_file", DOTENV, |room| dotenv(room, "# nothing yet\n"), ("error", "zero-work")),
    row(
        "key_twice_in_an_env_file",
        DOTENV,
        |room| {
            dotenv(room, "SECRET_KEY=left\nDATABASE_URL=postgres://prod/orders\nDATABASE_URL=postgres://staging/x\n");
        },
        ("error", "unparsable"),
    ),
    row(
        "empty_secret_in_an_env_file",
        DOTENV,
        |room| dotenv(room, "DATABASE_URL=postgres://staging/orders\nSECRET_KEY=\"\"\n"),
        ("fail", "missing"),
    ),
    row("page_for_every_path", URLS, |room| service(room, 200, "<html>hello</html>"), ("error", "unparsable")),
    row("no_such_path", URLS, |room| service(room, 404, "{\"workers\": 4}"), ("error", "no-data")),
    row(
        "service_that_shows_no_release",
        URLS,
        |room| service(room, 200, "{\"workers\": 4}"),
        ("warn", "unidentified"),
    ),
];
