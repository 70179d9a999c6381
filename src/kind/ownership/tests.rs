//! Whole judgements on real files.

use std::sync::Arc;

use super::*;
use crate::kind::Service;
use crate::model::StepHeader;

const OWNERS: &str = "* @example/team-orders\n/docs/ @example/writers\n";

/// A service with some files; a name that ends with a slash is a folder.
fn service(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        if name.ends_with('/') {
            std::fs::create_dir_all(&path).unwrap();
        } else {
            std::fs::write(path, text).unwrap();
        }
    }
    folder
}

fn context(folder: &tempfile::TempDir) -> Context {
    Context::for_test(folder.path(), "2026-11-21T12:00:00Z")
}

async fn judged(files: &[(&str, &str)], step: &str) -> (&'static str, &'static str) {
    let folder = service(files);
    let step: Ownership = toml::from_str(step).unwrap();
    ended(&step.judge(&context(&folder)).await)
}

fn ended(judgement: &Judgement) -> (&'static str, &'static str) {
    (judgement.outcome.as_str(), judgement.outcome.reason().as_str())
}

#[tokio::test]
async fn an_owner_in_codeowners_passes_with_the_line() {
    let folder = service(&[(".github/CODEOWNERS", OWNERS), ("app/", "")]);
    let step: Ownership = toml::from_str("paths = [\"app\", \"/app/\"]").unwrap();
    let judgement = step.judge(&context(&folder)).await;
    let observed = "team-orders: team-orders answers; expected result and rollback note are there; .github/CODEOWNERS \
                    line 1 names it for `*`; owns 2 of 2 paths";
    assert_eq!(judgement.outcome, Outcome::pass(observed));
    assert_eq!(judgement.examined, Some(crate::model::Count::new(6, "rules and questions")));
}

#[tokio::test]
async fn an_owner_that_no_rule_names_is_missing() {
    assert_eq!(judged(&[("CODEOWNERS", "* @example/other\n# team-orders\n")], "").await, ("fail", "missing"));
    assert_eq!(judged(&[], "").await, ("fail", "missing"));
    assert_eq!(judged(&[("CODEOWNERS", OWNERS)], "codeowners = \"OWNERS\"").await, ("fail", "missing"));
}

#[tokio::test]
async fn a_file_without_rules_decides_nothing() {
    assert_eq!(judged(&[("CODEOWNERS", "# * @example/team-orders\n")], "").await, ("error", "zero-work"));
    assert_eq!(judged(&[("CODEOWNERS", "a[ @example/team-orders\n")], "").await, ("error", "unparsable"));
}

#[tokio::test]
async fn a_path_of_another_owner_or_of_none_or_that_is_not_there_is_missing() {
    let of = async |owners: &str, path: &str| {
        judged(&[("CODEOWNERS", owners), ("docs/a.md", ""), ("app/", "")], &format!("paths = [\"{path}\"]")).await
    };
    assert_eq!(of(OWNERS, "app").await, ("pass", "met"));
    assert_eq!(of(OWNERS, "docs/a.md").await, ("fail", "missing"));
    assert_eq!(of("* @example/team-orders\n/app/\n", "app").await, ("fail", "missing"));
    assert_eq!(of("/docs/ @example/team-orders\n", "app").await, ("fail", "missing"));
    assert_eq!(of(OWNERS, "ap").await, ("fail", "missing"));
}

#[tokio::test]
async fn a_team_file_names_the_owner_as_a_whole_word() {
    let of = async |text: &str| judged(&[("teams.toml", text)], "team-file = \"teams.toml\"").await;
    assert_eq!(of("[team-orders]\nlead = \"dana\"\n").await, ("pass", "met"));
    assert_eq!(of("[team-orders-old]\n").await, ("fail", "missing"));
    assert_eq!(of("# team-orders\n[team-data]\n").await, ("fail", "missing"));
    assert_eq!(of("# team-orders\n").await, ("error", "zero-work"));
}

#[tokio::test]
async fn a_lookup_must_print_somebody() {
    let of = async |command: &str| judged(&[], &format!("lookup = {command}")).await;
    assert_eq!(of("[\"echo\", \"dana\"]").await, ("pass", "met"));
    assert_eq!(of("\"true\"").await, ("fail", "missing"));
    assert_eq!(of("[\"echo\", \"nobody\"]").await, ("fail", "missing"));
    assert_eq!(of("[\"sh\", \"-c\", \"echo dana; exit 1\"]").await, ("error", "tool-failed"));
    assert_eq!(of("\"no-such-program-at-all\"").await, ("error", "tool-missing"));
}

#[tokio::test]
async fn a_note_that_was_never_filled_in_is_a_placeholder() {
    let folder = service(&[("CODEOWNERS", "* @your-team TODO\n")]);
    let of = async |change: &dyn Fn(&mut StepHeader), rollback: Option<&str>| {
        let mut context = context(&folder);
        let mut header = (*context.step).clone();
        change(&mut header);
        context.step = Arc::new(header);
        context.service = Arc::new(Service { rollback: rollback.map(str::to_owned), ..(*context.service).clone() });
        ended(&Ownership::default().judge(&context).await)
    };
    let placeholder = ("fail", "placeholder");
    assert_eq!(of(&|step| "@your-team".clone_into(&mut step.owner), None).await, placeholder);
    assert_eq!(of(&|step| "TODO".clone_into(&mut step.owner), None).await, placeholder);
    assert_eq!(of(&|step| "Nobody".clone_into(&mut step.owner), None).await, placeholder);
    assert_eq!(of(&|step| step.expected.clear(), None).await, placeholder);
    assert_eq!(of(&|step| "the STEP".clone_into(&mut step.expected), None).await, placeholder);
    assert_eq!(of(&|step| "TODO: write".clone_into(&mut step.rollback), None).await, placeholder);
    assert_eq!(of(&|_| {}, Some("make rollback VERSION=<previous>")).await, placeholder);
    assert_eq!(of(&|_| {}, Some("make rollback V={{ previous-release }}")).await, ("fail", "missing"));
}

#[test]
fn paths_without_codeowners_are_a_mistake_in_the_step() {
    let step: Ownership = toml::from_str("team-file = \"teams.toml\"\npaths = [\"app\"]").unwrap();
    assert_eq!(step.problems().len(), 1);
    let step: Ownership = toml::from_str("paths = [\"app\"]").unwrap();
    assert_eq!(step.problems(), []);
}
