//! `rollsafe plan`: what `run` would do, with everything filled in and secrets masked; touches nothing.

use serde_json::{Value, json};

use crate::checklist::{self, Project};
use crate::model::{Length, Masker, Outcome, SCHEMA_VERSION, StepId};
use crate::probe::git::Git;
use crate::runner::{self, Plan, PlannedStep, Selection};

use super::args::{ListFormat, PlanArguments, SelectionArguments};
use super::exit_status::ExitStatus;
use super::refusal::Refusal;
use super::session::Session;

/// Shows the plan.
pub(crate) fn plan(session: &Session, arguments: &PlanArguments) -> ExitStatus {
    match text(session, arguments) {
        Ok(text) => super::told(session.console.answer(&text)),
        Err(refusal) => refusal.tell(session.console, arguments.format == ListFormat::Json),
    }
}

fn text(session: &Session, arguments: &PlanArguments) -> Result<String, Refusal> {
    let request = session.load_request(&arguments.source, "plan", true);
    let git = Git::new(&session.folder);
    let mut project = checklist::load(&request, &session.environment, &git, session.clock)
        .map_err(|problems| Refusal::Invalid { problems: Box::new(problems) })?;
    let masker = Masker::new(&project.secrets);
    let checklists = std::mem::take(&mut project.checklists);
    let target = project.target.as_ref().map(|setup| &setup.target);
    let plan = runner::plan(checklists, &project.profile, target, &selection(&arguments.selection))?;
    let mut text = match arguments.format {
        ListFormat::Text => for_people(&project, &plan),
        ListFormat::Json => format!("{:#}\n", for_programs(&project, &plan)),
    };
    masker.mask_in_place(&mut text);
    Ok(text)
}

/// The selection that the flags say.
pub(crate) fn selection(arguments: &SelectionArguments) -> Selection {
    Selection { only: arguments.only.clone(), skip: arguments.skip.clone(), tags: arguments.tag.clone() }
}

fn for_people(project: &Project, plan: &Plan) -> String {
    let mut lines = vec![head(project, plan)];
    if let Some(setup) = &project.target {
        lines.extend(setup.prepare.iter().map(|command| format!("  prepare  {command}")));
        lines.extend(setup.start.iter().map(|command| format!("  start    {command}")));
    }
    for planned in &plan.steps {
        lines.push(String::new());
        lines.extend(step_for_people(planned));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn head(project: &Project, plan: &Plan) -> String {
    let target = project.target.as_ref().map_or("no target".to_owned(), |setup| {
        let url = setup.target.url.as_deref().unwrap_or("no URL");
        format!("target {} ({}, {url})", setup.target.name, setup.target.environment)
    });
    let (run, all) = (plan.selected(), plan.steps.len());
    format!(
        "{}: {run} of {all} steps would run, profile {}, {target}",
        project.service.name,
        project.profile.profile.as_str()
    )
}

fn step_for_people(planned: &PlannedStep) -> Vec<String> {
    let (step, header) = (&planned.step, &planned.step.header);
    if let Some(Outcome::Skip(skipped)) = &planned.skip {
        return vec![format!("- {}  skip: {} ({})", header.id, skipped.why, skipped.reason.as_str())];
    }
    let mut lines = vec![format!("- {}  {}", header.id, header.title)];
    let importance = match header.importance {
        crate::model::Importance::Required => "required",
        crate::model::Importance::Advisory => "advisory",
    };
    let rules =
        format!("{}, {importance}, effect {}, timeout {}", header.kind, header.effect.as_str(), Length(step.timeout));
    lines.push(format!("    {rules}{}", order(planned)));
    lines.push(format!("    expected  {}", header.expected));
    lines.extend(step.check.actions().into_iter().map(|action| format!("    does      {action}")));
    lines
}

/// Everything that bears on when the step runs.
fn order(planned: &PlannedStep) -> String {
    let (step, header) = (&planned.step, &planned.step.header);
    let mut parts = vec![format!("phase {}", header.phase.as_str())];
    if !header.needs.is_empty() {
        let needs: Vec<_> = header.needs.iter().map(StepId::step).collect();
        parts.push(format!("needs {}", needs.join(", ")));
    }
    if !step.locks.is_empty() {
        parts.push(format!("lock {}", step.locks.join(", ")));
    }
    if step.exclusive {
        parts.push("alone".to_owned());
    }
    if let Some(retry) = &step.retry {
        parts.push(format!("up to {} retries", retry.times));
    }
    if let Some(until) = &step.until {
        parts.push(format!("asked until true within {}", Length(until.within)));
    }
    format!(", {}", parts.join(", "))
}

fn for_programs(project: &Project, plan: &Plan) -> Value {
    let steps: Vec<Value> = plan.steps.iter().map(step_for_programs).collect();
    json!({
        "schema_version": SCHEMA_VERSION,
        "service": project.service.name,
        "profile": project.profile.profile,
        "target": project.target.as_ref().map(|setup| &setup.target),
        "release": project.release,
        "steps": steps,
    })
}

fn step_for_programs(planned: &PlannedStep) -> Value {
    let step = &planned.step;
    json!({
        "step": *step.header,
        "runs": planned.skip.is_none(),
        "skip": planned.skip,
        "timeout": Length(step.timeout),
        "actions": step.check.actions(),
    })
}
