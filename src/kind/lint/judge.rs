//! From what was seen of a linter and the files to the outcome of the step.

use crate::kind::check::{Check, Context, Judgement};
use crate::model::{Evidence, Outcome, Problem, Reason};

use super::Lint;
use super::suppression::Suppressions;
use crate::kind::check::finding::{self, Finding, first_names};

/// How many findings and files are named in a message.
const SHOWN: usize = 5;

/// Everything that was seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Looked {
    /// The program that was used, as it was called.
    pub(super) program: String,
    /// Its name.
    pub(super) name: String,
    pub(super) version: Option<String>,
    /// The command to look again by hand.
    pub(super) again: String,
    pub(super) findings: Vec<Finding>,
    /// How many files were examined.
    pub(super) number: usize,
    /// Which ones, as far as that is known.
    pub(super) examined: Vec<String>,
    /// Files that it takes and that no rule speaks of.
    pub(super) hidden: Vec<String>,
    /// Files below the paths that it does not take.
    pub(super) excluded: Vec<String>,
    /// How many files it does not take, where it does not say which.
    pub(super) passed_over: usize,
    /// Where it found nothing in bad code.
    pub(super) silent: Vec<String>,
    /// Results that it suppressed by itself.
    pub(super) suppressed: usize,
    /// Lines with comments that silence it.
    pub(super) silenced_lines: usize,
    /// Files that the step changed.
    pub(super) changed: Vec<String>,
    /// What it said beside its answer.
    pub(super) remarks: Vec<Evidence>,
}

impl Lint {
    /// Reads the comments in the files that were examined, and judges.
    pub(super) async fn judged(&self, context: &Context, mut looked: Looked) -> Judgement {
        let found = Suppressions::of(context, looked.examined.clone()).await;
        looked.silenced_lines = found.lines;
        looked.number = looked.number.saturating_sub(found.hidden.len());
        looked.hidden.extend(found.hidden);
        if !found.unread.is_empty() {
            looked.remarks.push(Evidence::text("not searched for comments", first_names(&found.unread, 50)));
        }
        looked.findings.sort();
        let judgement = Judgement::new(self.outcome(&looked)).examined(looked.number, "files");
        judgement.with(looked.evidence()).with(looked.remarks)
    }

    /// The outcome: first what makes the answer worthless, then the answer, then the limits.
    fn outcome(&self, looked: &Looked) -> Outcome {
        if let Some(problem) = self.wrong_version(looked) {
            return Outcome::Error(problem);
        }
        if !looked.changed.is_empty() {
            return Outcome::Fail(looked.changed_files());
        }
        if !looked.findings.is_empty() {
            return Outcome::Fail(looked.has_findings());
        }
        if looked.number == 0 && looked.hidden.is_empty() {
            return Outcome::Error(looked.zero_work(self));
        }
        if !looked.silent.is_empty() {
            return Outcome::Error(looked.is_silent());
        }
        match self.outside_limits(looked) {
            Some(problem) => Outcome::Fail(problem),
            None => Outcome::pass(looked.numbers()),
        }
    }

    fn wrong_version(&self, looked: &Looked) -> Option<Problem> {
        let range = self.version.as_ref()?;
        let wanted = semver::VersionReq::parse(range).ok()?;
        let version = looked.version.as_deref().and_then(|text| semver::Version::parse(text).ok());
        let inside = version.is_some_and(|version| wanted.matches(&version));
        let observed = looked.version.clone().unwrap_or_else(|| "no version".to_owned());
        (!inside).then(|| {
            Problem::new(Reason::Precondition, format!("the step is not for this version of {}", looked.name))
                .expected(format!("version {range}"))
                .observed(format!("{observed}, as `{}`", looked.program))
                .next(format!("install a version of {} in that range, or correct `version` in the step", looked.name))
        })
    }

    /// The limits that the numbers break, all in one.
    fn outside_limits(&self, looked: &Looked) -> Option<Problem> {
        let (suppressions, excluded) = (looked.suppressions(), looked.left_out());
        let most = |number: usize, most: Option<usize>| most.is_some_and(|most| number > most);
        let mut broken = Vec::new();
        if looked.number < self.min_files.get() {
            let seen = counted(looked.number, "file was", "files were");
            broken.push((format!("{seen} examined, {} must be", self.min_files), "min-files"));
        }
        if most(looked.hidden.len(), Some(self.max_hidden)) {
            let names = first_names(&looked.hidden, SHOWN);
            broken.push((format!("no rule is applied to {}, {} may be so", names, self.max_hidden), "max-hidden"));
        }
        if most(suppressions, self.max_suppressions) {
            let silenced = counted(suppressions, "comment silences a finding", "comments silence findings");
            broken.push((silenced, "max-suppressions"));
        }
        if most(excluded, self.max_excluded) {
            let names = first_names(&looked.excluded, SHOWN);
            let files = counted(excluded, "file is", "files are");
            broken.push((format!("{files} excluded {names}").trim_end().to_owned(), "max-excluded"));
        }
        let reason = if broken.first()?.1 == "min-files" { Reason::TooFew } else { Reason::TooMany };
        let what: Vec<&str> = broken.iter().map(|(what, _)| what.as_str()).collect();
        let keys: Vec<String> = broken.iter().map(|(_, key)| format!("`{key}`")).collect();
        let next = format!(
            "look at the configuration of {} and the comments in the files; if it is meant so, change {} in the step",
            looked.name,
            keys.join(" and ")
        );
        let problem = Problem::new(reason, what.join("; ")).expected(self.expectation());
        Some(problem.observed(looked.numbers()).next(next))
    }
}

impl Looked {
    /// `ruff 0.17.5`.
    fn title(&self) -> String {
        match &self.version {
            Some(version) => format!("{} {version}", self.name),
            None => self.name.clone(),
        }
    }

    fn suppressions(&self) -> usize {
        self.silenced_lines + self.suppressed
    }

    fn left_out(&self) -> usize {
        self.excluded.len() + self.passed_over
    }

    /// `ruff 0.17.5 found nothing in 23 files (2 suppressions)`.
    fn numbers(&self) -> String {
        let mut more = vec![counted(self.suppressions(), "suppression", "suppressions")];
        if !self.hidden.is_empty() {
            more.push(format!("{} hidden from every rule", self.hidden.len()));
        }
        if self.left_out() > 0 {
            more.push(format!("{} excluded", self.left_out()));
        }
        let files = counted(self.number, "file", "files");
        format!("{} found nothing in {files} ({})", self.title(), more.join(", "))
    }

    fn has_findings(&self) -> Problem {
        let number = self.findings.len();
        let problems = counted(number, "problem", "problems");
        Problem::new(Reason::Findings, format!("{} found {problems}", self.title()))
            .expected(format!("no finding in {}", counted(self.number, "file", "files")))
            .observed(finding::shown(&self.findings, SHOWN))
            .next(format!("run `{}`", self.again))
    }

    fn changed_files(&self) -> Problem {
        Problem::new(Reason::ChangedFiles, format!("{} changed files while it should only look", self.name))
            .expected("every file as it was before")
            .observed(format!("{} changed: {}", self.changed.len(), first_names(&self.changed, SHOWN)))
            .next("look at the changes with `git diff`; call the linter so that it does not fix")
    }

    fn zero_work(&self, lint: &Lint) -> Problem {
        Problem::new(Reason::ZeroWork, format!("{} examined no file", self.title()))
            .expected(lint.expectation())
            .observed(format!("no file to examine, {} excluded by its configuration", self.left_out()))
            .next(format!("run `{}`; correct `paths`, or what the configuration includes and excludes", self.again))
    }

    fn is_silent(&self) -> Problem {
        let places = first_names(&self.silent, SHOWN);
        Problem::new(Reason::Inconclusive, format!("{} finds nothing even in bad code", self.title()))
            .expected("a finding in code that is known to be bad, under the same configuration")
            .observed(format!("nothing found in it under {places}"))
            .next("look at which rules the configuration selects and ignores, also per file, there")
    }

    fn evidence(&self) -> Vec<Evidence> {
        let mut evidence = vec![
            Evidence::text("linter", format!("{}, as `{}`", self.title(), self.program)),
            Evidence::text("command", &self.again),
            Evidence::count("suppressions", self.suppressions(), "comments"),
            Evidence::count("excluded", self.left_out(), "files"),
        ];
        for (label, names) in [("hidden from every rule", &self.hidden), ("excluded files", &self.excluded)] {
            if !names.is_empty() {
                evidence.push(Evidence::text(label, first_names(names, 50)));
            }
        }
        evidence.extend(finding::evidence(&self.findings));
        evidence
    }
}

/// A number with the word for it.
fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looked() -> Looked {
        Looked {
            program: ".venv/bin/ruff".to_owned(),
            name: "ruff".to_owned(),
            version: Some("0.17.5".to_owned()),
            again: ".venv/bin/ruff check app".to_owned(),
            number: 23,
            silenced_lines: 2,
            ..Looked::default()
        }
    }

    fn judged(settings: &str, looked: &Looked) -> (&'static str, Reason) {
        let outcome = toml::from_str::<Lint>(settings).unwrap().outcome(looked);
        (outcome.as_str(), outcome.reason())
    }

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn a_clean_project_passes_with_its_numbers() {
        let outcome = toml::from_str::<Lint>("").unwrap().outcome(&looked());
        assert_eq!(outcome, Outcome::pass("ruff 0.17.5 found nothing in 23 files (2 suppressions)"));
    }

    #[test]
    fn findings_fail_with_the_first_ones_and_the_command() {
        let finding = |line| Finding {
            file: "app/a.py".to_owned(),
            line,
            column: 8,
            code: "F401".to_owned(),
            message: "unused".to_owned(),
        };
        let looked = Looked { findings: (1..=7).map(finding).collect(), ..looked() };
        let Outcome::Fail(problem) = toml::from_str::<Lint>("").unwrap().outcome(&looked) else { panic!("it fails") };
        assert_eq!(problem.what, "ruff 0.17.5 found 7 problems");
        assert!(problem.observed.ends_with("app/a.py:5:8 F401 unused\nand 2 more"), "{}", problem.observed);
        assert_eq!(problem.next, "run `.venv/bin/ruff check app`");
    }

    #[test]
    fn no_file_is_zero_work_and_few_files_are_too_few() {
        assert_eq!(judged("", &Looked { number: 0, ..looked() }), ("error", Reason::ZeroWork));
        assert_eq!(judged("min-files = 24", &looked()), ("fail", Reason::TooFew));
        assert_eq!(judged("min-files = 23", &looked()), ("pass", Reason::Met));
    }

    #[test]
    fn a_linter_that_is_silent_about_bad_code_decides_nothing() {
        let looked = Looked { silent: names(&["app"]), ..looked() };
        assert_eq!(judged("", &looked), ("error", Reason::Inconclusive));
    }

    #[test]
    fn hidden_files_and_suppressions_fail_unless_they_are_allowed() {
        let hidden = Looked { hidden: names(&["app/b.py"]), ..looked() };
        assert_eq!(judged("", &hidden), ("fail", Reason::TooMany));
        assert_eq!(judged("max-hidden = 1", &hidden), ("pass", Reason::Met));
        assert_eq!(judged("max-suppressions = 1", &looked()), ("fail", Reason::TooMany));
        let excluded = Looked { excluded: names(&["app/b.py"]), ..looked() };
        assert_eq!(judged("", &excluded), ("pass", Reason::Met));
        assert_eq!(judged("max-excluded = 0", &excluded), ("fail", Reason::TooMany));
    }

    #[test]
    fn changed_files_fail_even_when_nothing_is_found() {
        let changed = Looked { changed: names(&["app/b.py"]), ..looked() };
        assert_eq!(judged("", &changed), ("fail", Reason::ChangedFiles));
    }

    #[test]
    fn a_version_outside_the_range_decides_nothing() {
        assert_eq!(judged("version = '>=0.12'", &looked()), ("pass", Reason::Met));
        assert_eq!(judged("version = '>=0.18'", &looked()), ("error", Reason::Precondition));
        assert_eq!(
            judged("version = '>=0.1'", &Looked { version: None, ..looked() }),
            ("error", Reason::Precondition)
        );
    }

    #[test]
    fn settings_that_cannot_show_anything_are_problems() {
        let keys = |text| {
            let lint: Lint = toml::from_str(text).unwrap();
            lint.problems().iter().map(|problem| problem.key).collect::<Vec<_>>()
        };
        assert_eq!(keys("command = 'ruff check --exit-zero'"), ["command"]);
        assert_eq!(keys("command = 'ruff check --fix'"), ["command"]);
        assert_eq!(keys("command = 'ruff check --output-format=text'"), ["command"]);
        assert_eq!(keys("tool = 'exit-status'"), ["command", "control"]);
        assert_eq!(keys("paths = []"), ["paths"]);
        assert_eq!(keys("version = 'new'"), ["version"]);
        assert_eq!(keys("tool = 'flake8'\nformat = true"), ["format"]);
        assert_eq!(keys("command = 'uv run ruff check --preview'\nversion = '>=0.12, <1'"), Vec::<&str>::new());
        assert!(toml::from_str::<Lint>("min-files = 0").is_err());
    }
}
