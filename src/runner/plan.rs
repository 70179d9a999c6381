//! Which steps run, decided before anything does. Pure: the same project and selection give the same plan.

use std::collections::{BTreeSet, HashMap};

use crate::checklist::{Checklist, ProfileRules, Step, When};
use crate::model::{Effect, Outcome, Reason, StepId, Target, nearest};

/// Every step of every checklist, in order, with the decision about it.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The steps in checklist order.
    pub(crate) steps: Vec<PlannedStep>,
}

/// A step and what was decided about it.
#[derive(Debug)]
pub(crate) struct PlannedStep {
    /// The step.
    pub(crate) step: Step,
    /// The skip, if a rule leaves it out.
    pub(crate) skip: Option<Outcome>,
}

impl Plan {
    /// How many steps are to run.
    pub(crate) fn selected(&self) -> usize {
        self.steps.iter().filter(|planned| planned.skip.is_none()).count()
    }
}

/// What the caller selected. Empty lists select everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// Only these steps, and what they need.
    pub(crate) only: Vec<String>,
    /// Not these steps.
    pub(crate) skip: Vec<String>,
    /// Only steps with one of these tags, and what they need.
    pub(crate) tags: Vec<String>,
}

/// Why a selection is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SelectionError {
    /// A name that no step, checklist or tag has.
    #[error("no {what} is called `{name}`{}", nearest.as_ref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
    Unknown {
        /// `step or checklist`, or `tag`.
        what: &'static str,
        /// The name as it was given.
        name: String,
        /// The nearest name there is.
        nearest: Option<String>,
    },
    /// Nothing is left to run.
    #[error("no step is left to run: {why}")]
    Empty {
        /// Where the steps went.
        why: String,
    },
}

/// Decides about every step.
///
/// # Errors
/// When the selection names something unknown, or nothing is left to run: an empty gate would be a false GO.
pub(crate) fn plan(
    checklists: Vec<Checklist>,
    rules: &ProfileRules,
    target: Option<&Target>,
    selection: &Selection,
) -> Result<Plan, SelectionError> {
    let steps: Vec<Step> = checklists.into_iter().flat_map(|checklist| checklist.steps).collect();
    let selected = Selected::of(&steps, selection)?;
    let planned: Vec<PlannedStep> = steps
        .into_iter()
        .map(|step| {
            let skip = selected.skip(&step).or_else(|| rule(&step, rules, target));
            PlannedStep { step, skip }
        })
        .collect();
    let plan = Plan { steps: planned };
    if plan.selected() == 0 {
        return Err(SelectionError::Empty { why: where_they_went(&plan) });
    }
    Ok(plan)
}

/// The first rule that leaves a step out.
fn rule(step: &Step, rules: &ProfileRules, target: Option<&Target>) -> Option<Outcome> {
    if let Some(reason) = &step.not_applicable {
        return Some(Outcome::skip(Reason::NotApplicable, reason.clone()));
    }
    let phase = step.header.phase;
    if !rules.phases.contains(&phase) {
        let why = format!("phase {} is not part of profile {}", phase.as_str(), rules.profile.as_str());
        return Some(Outcome::skip(Reason::ConditionFalse, why));
    }
    condition(&step.when, rules, target).or_else(|| effect(step.header.effect, target))
}

fn condition(when: &When, rules: &ProfileRules, target: Option<&Target>) -> Option<Outcome> {
    let (name, environment) = target.map_or(("none", "none"), |target| (&target.name, &target.environment));
    let false_because = |what: &str, wanted: String, seen: &str| {
        let why = format!("it applies to {what} {wanted}, and this is {seen}");
        Some(Outcome::skip(Reason::ConditionFalse, why))
    };
    if !when.profile.is_empty() && !when.profile.contains(&rules.profile) {
        let wanted: Vec<_> = when.profile.iter().map(|profile| profile.as_str()).collect();
        return false_because("profile", wanted.join(" or "), rules.profile.as_str());
    }
    if !when.target.is_empty() && !when.target.iter().any(|wanted| wanted == name) {
        return false_because("target", when.target.join(" or "), name);
    }
    if !when.environment.is_empty() && !when.environment.iter().any(|wanted| wanted == environment) {
        return false_because("environment", when.environment.join(" or "), environment);
    }
    None
}

fn effect(effect: Effect, target: Option<&Target>) -> Option<Outcome> {
    let target = target.filter(|target| !target.allow.contains(&effect))?;
    let allowed: Vec<_> = target.allow.iter().map(|effect| effect.as_str()).collect();
    let why = format!(
        "the step may {}, and target {} allows {}; add it to `allow` there, or say what the step really does with `effect`",
        effect.as_str(),
        target.name,
        if allowed.is_empty() { "nothing".to_owned() } else { allowed.join(", ") }
    );
    Some(Outcome::skip(Reason::EffectNotAllowed, why))
}

/// The steps that the caller selected, needs included.
struct Selected {
    ids: Option<BTreeSet<StepId>>,
}

impl Selected {
    fn of(steps: &[Step], selection: &Selection) -> Result<Self, SelectionError> {
        let only = named(steps, &selection.only)?;
        let skip = named(steps, &selection.skip)?;
        let tagged = tagged(steps, &selection.tags)?;
        if selection == &Selection::default() {
            return Ok(Self { ids: None });
        }
        let wanted = steps.iter().map(|step| &step.header.id).filter(|id| {
            (selection.only.is_empty() || only.contains(*id))
                && (selection.tags.is_empty() || tagged.contains(*id))
                && !skip.contains(*id)
        });
        Ok(Self { ids: Some(with_needs(steps, wanted.cloned().collect(), &skip)) })
    }

    fn skip(&self, step: &Step) -> Option<Outcome> {
        let left_out = self.ids.as_ref().is_some_and(|ids| !ids.contains(&step.header.id));
        left_out
            .then(|| Outcome::skip(Reason::NotSelected, "outside of what was selected with --only, --skip or --tag"))
    }
}

/// Adds everything that the selected steps need, except what was skipped by name.
fn with_needs(steps: &[Step], mut wanted: BTreeSet<StepId>, skip: &BTreeSet<StepId>) -> BTreeSet<StepId> {
    let needs: HashMap<&StepId, &[StepId]> =
        steps.iter().map(|step| (&step.header.id, step.header.needs.as_slice())).collect();
    let mut open: Vec<StepId> = wanted.iter().cloned().collect();
    while let Some(id) = open.pop() {
        for need in needs.get(&id).copied().unwrap_or_default() {
            if !skip.contains(need) && wanted.insert(need.clone()) {
                open.push(need.clone());
            }
        }
    }
    wanted
}

/// The steps that names stand for: `checklist/step`, a step's own id, or a whole checklist.
fn named(steps: &[Step], names: &[String]) -> Result<BTreeSet<StepId>, SelectionError> {
    let mut ids = BTreeSet::new();
    for name in names {
        let fits = |id: &StepId| id.as_str() == name || id.step() == name || id.checklist() == name;
        let before = ids.len();
        let found: Vec<_> = steps.iter().map(|step| &step.header.id).filter(|id| fits(id)).cloned().collect();
        if found.is_empty() && before == ids.len() {
            let known = steps.iter().flat_map(|step| {
                let id = &step.header.id;
                [id.as_str(), id.step(), id.checklist()]
            });
            return Err(unknown("step or checklist", name, known));
        }
        ids.extend(found);
    }
    Ok(ids)
}

fn tagged(steps: &[Step], tags: &[String]) -> Result<BTreeSet<StepId>, SelectionError> {
    let all = || steps.iter().flat_map(|step| step.header.tags.iter().map(String::as_str));
    for tag in tags {
        if !all().any(|known| known == tag) {
            return Err(unknown("tag", tag, all()));
        }
    }
    let has_one = |step: &&Step| step.header.tags.iter().any(|tag| tags.contains(tag));
    Ok(steps.iter().filter(has_one).map(|step| step.header.id.clone()).collect())
}

fn unknown<'a>(what: &'static str, name: &str, known: impl Iterator<Item = &'a str>) -> SelectionError {
    let nearest = nearest(name, known).map(str::to_owned);
    SelectionError::Unknown { what, name: name.to_owned(), nearest }
}

/// How many steps each rule left out, for the message of an empty plan.
fn where_they_went(plan: &Plan) -> String {
    let mut counts = std::collections::BTreeMap::<&str, usize>::new();
    for planned in &plan.steps {
        if let Some(skip) = &planned.skip {
            *counts.entry(skip.reason().as_str()).or_default() += 1;
        }
    }
    let parts: Vec<_> = counts.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
    if parts.is_empty() { "the checklists hold no step".to_owned() } else { parts.join(", ") }
}
