//! `ownership`: somebody answers for the service, and can be found.
//!
//! The loader makes sure that owner, expected result and rollback note are there; this kind makes sure that they say
//! something, and that the owner is known where owners are looked up.

mod codeowners;
mod problems;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::kind::check::answers::{Answer, Answers};
use crate::kind::check::{Check, CommandLine, Context, Judgement, Judging, SettingProblem, placeholder};
use crate::kind::{self, Kind};
use crate::model::{Outcome, Template, excerpt};
use crate::probe::process::Exit;

use codeowners::CodeOwners;
use problems::{
    lookup_failed, no_codeowners, no_path, no_rules, nobody_on_call, not_in_file, not_named, not_owned, unfilled,
    unparsable, unread,
};

/// Where a CODEOWNERS file is looked for, in this order (documentation of GitHub and of GitLab).
const PLACES: [&str; 4] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// Names that stand for nobody.
const NOBODY: [&str; 10] = ["owner", "team", "me", "nobody", "none", "someone", "somebody", "unknown", "n/a", "tbd"];

/// How many characters of what was found are shown.
const SHOWN: usize = 120;

/// The descriptor.
pub(crate) const KIND: Kind = Kind {
    name: "ownership",
    summary: "Somebody answers for the service, and can be found",
    details: include_str!("details.md"),
    example: EXAMPLE,
    parse: kind::parse::<Ownership>,
    schema: kind::schema::<Ownership>,
};

const EXAMPLE: &str = "\
[[step]]
id = \"somebody-answers\"
kind = \"ownership\"
title = \"Somebody answers for the service\"
expected = \"team-orders owns the code and the migrations, and is known in CODEOWNERS\"
codeowners = \"CODEOWNERS\"
paths = [\"app\", \"migrations\"]
";

/// The settings.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Ownership {
    /// The CODEOWNERS file, relative to the service. Default: `.github/CODEOWNERS`, `CODEOWNERS`, `docs/CODEOWNERS` or
    /// `.gitlab/CODEOWNERS`, if neither `team-file` nor `lookup` is given.
    #[serde(default)]
    codeowners: Option<String>,
    /// Files and folders, relative to the service, that the owner must own by CODEOWNERS. Default: none; the owner only
    /// has to be named there.
    #[serde(default)]
    paths: Vec<String>,
    /// A file, relative to the service, in which the owner stands as a whole word on a line that is no comment. Default:
    /// none.
    #[serde(default)]
    team_file: Option<String>,
    /// A command that prints who is on call, such as `["scripts/on-call.sh", "team-orders"]`. It must end with status 0
    /// and print something. Default: none.
    #[serde(default)]
    lookup: Option<CommandLine>,
}

impl Check for Ownership {
    fn expectation(&self) -> String {
        "the owner is known, and owner, expected result and rollback note say something".to_owned()
    }

    fn actions(&self) -> Vec<String> {
        let mut actions = Vec::new();
        if self.looks_at_codeowners() {
            actions.push(format!("read {}", self.codeowners.as_deref().unwrap_or("CODEOWNERS")));
        }
        actions.extend(self.team_file.iter().map(|file| format!("read {file}")));
        actions.extend(self.lookup.iter().map(|command| format!("run `{command}`")));
        actions
    }

    fn problems(&self) -> Vec<SettingProblem> {
        if self.paths.is_empty() || self.looks_at_codeowners() {
            return Vec::new();
        }
        vec![SettingProblem {
            key: "paths",
            message: "paths have owners only in CODEOWNERS, and the step does not look there".to_owned(),
            help: "add `codeowners`, or leave `paths` out".to_owned(),
        }]
    }

    fn judge<'a>(&'a self, context: &'a Context) -> Judging<'a> {
        Box::pin(self.ask(context))
    }
}

impl Ownership {
    fn looks_at_codeowners(&self) -> bool {
        self.codeowners.is_some() || (self.team_file.is_none() && self.lookup.is_none())
    }

    async fn ask(&self, context: &Context) -> Judgement {
        let mut answers = Answers::default();
        let mut examined = 0;
        answers.put("owner", names_somebody(context));
        answers.put("notes", notes_say_something(context));
        if self.looks_at_codeowners() {
            match self.read_codeowners(context) {
                Err(outcome) => answers.put("CODEOWNERS", Err(outcome)),
                Ok((file, owners)) => {
                    examined += owners.rules.len();
                    answers.put("CODEOWNERS", is_named(&context.step.owner, &file, &owners));
                    answers.put("paths", self.owns_paths(context, &file, &owners));
                }
            }
        }
        if let Some(file) = &self.team_file {
            answers.put("team file", stands_in(&context.step.owner, file, context));
        }
        if let Some(command) = &self.lookup {
            answers.put("on call", is_on_call(command, context).await);
        }
        Judgement::new(answers.outcome(&context.step.owner))
            .examined(examined + answers.number(), "rules and questions")
            .with([answers.evidence()])
    }

    fn read_codeowners(&self, context: &Context) -> Result<(String, CodeOwners), Outcome> {
        let usual = || PLACES.into_iter().find(|place| context.probes.files.exists(place)).map(str::to_owned);
        let file = self.codeowners.clone().or_else(usual).ok_or_else(|| Outcome::Fail(no_codeowners()))?;
        let text = context.probes.files.read(&file).map_err(|error| unread(&file, &error))?;
        let owners = CodeOwners::read(&text).map_err(|message| Outcome::Error(unparsable(&file, &message)))?;
        if owners.rules.is_empty() {
            return Err(Outcome::Error(no_rules(&file)));
        }
        Ok((file, owners))
    }

    fn owns_paths(&self, context: &Context, file: &str, owners: &CodeOwners) -> Answer {
        let owner = &context.step.owner;
        for path in &self.paths {
            let path = path.trim_matches('/');
            if !context.probes.files.exists(path) {
                return Err(Outcome::Fail(no_path(path)));
            }
            let inside = format!("{path}/any-file");
            let probe = if context.probes.files.is_folder(path) { inside.as_str() } else { path };
            let rule = owners.rule_for(probe);
            if !rule.is_some_and(|rule| rule.names(owner)) {
                return Err(Outcome::Fail(not_owned(owner, path, file, rule)));
            }
        }
        Ok(format!("owns {} of {} paths", self.paths.len(), self.paths.len()))
    }
}

/// Whether the owner of the step, and that of the service, is a name at all.
fn names_somebody(context: &Context) -> Answer {
    let service = context.service.owner.iter().map(|owner| ("the service", owner.as_str()));
    for (of, owner) in std::iter::once(("the step", context.step.owner.as_str())).chain(service) {
        let bare = owner.trim().trim_start_matches('@').to_lowercase();
        if bare.is_empty() || NOBODY.contains(&bare.as_str()) || placeholder(owner).is_some() {
            return Err(Outcome::Fail(unfilled(&format!("the owner of {of}"), owner)));
        }
    }
    Ok(format!("{} answers", context.step.owner))
}

/// Whether the expected result and the rollback note are more than a form.
fn notes_say_something(context: &Context) -> Answer {
    let step = &context.step;
    let rollback = context.service.rollback.as_deref().unwrap_or(&step.rollback);
    for (note, text) in [
        ("the expected result", step.expected.as_str()),
        ("the rollback note of the step", step.rollback.as_str()),
        ("the rollback note of the service", rollback),
    ] {
        // A name between braces is filled in by rollsafe, so it is no open end.
        let filled = Template(text).fill(|name| Some(name.to_owned()));
        if text.trim().is_empty() || placeholder(&filled).is_some() {
            return Err(Outcome::Fail(unfilled(note, text)));
        }
    }
    if step.expected.trim().eq_ignore_ascii_case(step.title.trim()) {
        return Err(Outcome::Fail(unfilled("the expected result, which only repeats the title", &step.expected)));
    }
    Ok("expected result and rollback note are there".to_owned())
}

fn is_named(owner: &str, file: &str, owners: &CodeOwners) -> Answer {
    match owners.rule_of(owner) {
        Some(rule) => Ok(format!("{file} line {} names it for `{}`", rule.line, rule.pattern)),
        None => Err(Outcome::Fail(not_named(owner, file, owners))),
    }
}

fn stands_in(owner: &str, file: &str, context: &Context) -> Answer {
    let text = context.probes.files.read(file).map_err(|error| unread(file, &error))?;
    let owner = owner.trim_start_matches('@');
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with(['#', '/']));
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return Err(Outcome::Error(no_rules(file)));
    }
    match lines.find(|(_, line)| has_word(line, owner)) {
        Some((index, _)) => Ok(format!("{file} line {} names it", index + 1)),
        None => Err(Outcome::Fail(not_in_file(owner, file))),
    }
}

/// Whether a name stands in a line with nothing of a name around it.
fn has_word(line: &str, word: &str) -> bool {
    let is_part = |next: char| next.is_alphanumeric() || matches!(next, '-' | '_' | '.');
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(is_part) && !line[at + word.len()..].starts_with(is_part))
}

async fn is_on_call(command: &CommandLine, context: &Context) -> Answer {
    let finished = context.run(&context.command(command)).await.map_err(|judgement| judgement.outcome)?;
    if finished.exit != Exit::Status(0) {
        return Err(Outcome::Error(lookup_failed(command, &finished.ending())));
    }
    let printed = finished.stdout.text();
    let person = excerpt(printed.lines().find(|line| !line.trim().is_empty()).unwrap_or(""), SHOWN);
    if person.is_empty() {
        return Err(Outcome::Fail(nobody_on_call(command, "status 0 and nothing printed")));
    }
    if placeholder(&person).is_some() || NOBODY.contains(&person.to_lowercase().as_str()) {
        return Err(Outcome::Fail(nobody_on_call(command, &person)));
    }
    Ok(format!("{person} is on call"))
}

#[cfg(test)]
mod tests;
