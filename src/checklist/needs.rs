//! Tying steps to each other: what each needs, by name or through a value that another one captures.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Problems};
use crate::model::StepId;

use super::advice::advice;
use super::checklist_file::ReadChecklist;
use super::draft::Draft;
use super::filling::Use;
use super::names::Names;
use super::ring::rings;

/// A step by its checklist and its place in it.
pub(super) type At = (usize, usize);

/// All steps by their names.
#[derive(Debug)]
pub(super) struct Ties<'a> {
    checklists: &'a [ReadChecklist],
    by_name: BTreeMap<(&'a str, &'a str), At>,
}

impl<'a> Ties<'a> {
    /// All steps by their names. A name that is there twice is told.
    pub(super) fn of(checklists: &'a [ReadChecklist], problems: &mut Problems) -> Self {
        let mut by_name: BTreeMap<(&str, &str), At> = BTreeMap::new();
        for (list, checklist) in checklists.iter().enumerate() {
            for (index, draft) in checklist.drafts.iter().enumerate().filter(|(_, draft)| !draft.id.is_empty()) {
                let name = (checklist.source.name.as_str(), draft.id.as_str());
                match by_name.get(&name) {
                    Some(&(first, at)) if first == list => {
                        problems.tell(duplicate(draft, &checklists[first].drafts[at]));
                    }
                    Some(_) => {}
                    None => {
                        by_name.insert(name, (list, index));
                    }
                }
            }
        }
        Self { checklists, by_name }
    }

    /// The step with a full name.
    pub(super) fn find(&self, checklist: &str, step: &str) -> Option<At> {
        self.by_name.get(&(checklist, step)).copied()
    }

    /// All full names.
    pub(super) fn names(&self) -> Vec<String> {
        self.by_name.keys().map(|(checklist, step)| format!("{checklist}/{step}")).collect()
    }

    /// Whether a checklist was loaded.
    pub(super) fn has_checklist(&self, name: &str) -> bool {
        self.checklists.iter().any(|checklist| checklist.source.name == name)
    }

    /// The steps that every step needs, in the order of the checklists. Needs of steps that do not exist, of the step
    /// itself, of later phases and in a ring are told.
    pub(super) fn needs(&self, names: &Names<'_>, problems: &mut Problems) -> Vec<Vec<Vec<At>>> {
        let mut all = Vec::with_capacity(self.checklists.len());
        for (list, checklist) in self.checklists.iter().enumerate() {
            let mut of_list = Vec::with_capacity(checklist.drafts.len());
            for (index, draft) in checklist.drafts.iter().enumerate() {
                of_list.push(self.of_draft((list, index), draft, names, problems));
            }
            all.push(of_list);
        }
        for ring in rings(&all) {
            problems.tell(self.ring_told(&ring));
        }
        all
    }

    fn of_draft(&self, at: At, draft: &Draft, names: &Names<'_>, problems: &mut Problems) -> Vec<At> {
        let mut needs = Vec::new();
        for need in &draft.needs {
            match self.resolve(at, need) {
                Some(needed) if needed == at => problems.tell(needs_itself(need)),
                Some(needed) => {
                    self.tell_phase(draft, needed, need, problems);
                    needs.push(needed);
                }
                None => problems.tell(self.unknown_need(at, need)),
            }
        }
        for used in &draft.open {
            needs.extend(self.captured(at, draft, used, names, problems));
        }
        let mut seen = BTreeSet::new();
        needs.retain(|need| seen.insert(*need));
        needs
    }

    fn resolve(&self, (list, _): At, need: &Use) -> Option<At> {
        match need.name.split_once('/') {
            Some((checklist, step)) => self.find(checklist, step),
            None => self.find(&self.checklists[list].source.name, &need.name),
        }
    }

    /// The step that captures a name, which is one that is needed.
    fn captured(&self, at: At, draft: &Draft, used: &Use, names: &Names<'_>, problems: &mut Problems) -> Option<At> {
        let checklist = &self.checklists[at.0];
        let step =
            used.name.split_once('.').and_then(|(step, name)| Some((self.find(&checklist.source.name, step)?, name)));
        let Some((needed, name)) = step else {
            problems.tell(names.undeclared(&used.name, Some(used.place.clone()), &self.captures(at.0, draft)));
            return None;
        };
        if needed == at {
            problems.tell(needs_itself(used));
            return None;
        }
        let giver = &checklist.drafts[needed.1];
        match &giver.captures {
            Some(captures) if !captures.iter().any(|capture| capture == name) => {
                problems.tell(unknown_capture(used, name, &giver.id, captures));
                None
            }
            Some(_) | None => {
                self.tell_phase(draft, needed, used, problems);
                Some(needed)
            }
        }
    }

    /// Every name that a text of a step may use besides the declared ones.
    fn captures(&self, list: usize, draft: &Draft) -> Vec<String> {
        let drafts = self.checklists[list].drafts.iter();
        let captured =
            drafts.flat_map(|giver| giver.captures.iter().flatten().map(|capture| format!("{}.{capture}", giver.id)));
        captured.chain(draft.own.iter().cloned()).collect()
    }

    fn tell_phase(&self, draft: &Draft, needed: At, need: &Use, problems: &mut Problems) {
        let other = self.draft(needed);
        if other.phase > draft.phase {
            let message = format!(
                "`{}` is in the phase `{}` and needs `{}` of the later phase `{}`",
                draft.id,
                draft.phase.as_str(),
                other.id,
                other.phase.as_str()
            );
            let diagnostic = Diagnostic::new(Code::NeedsLaterPhase, message).at(need.place.clone(), "");
            problems.tell(
                diagnostic.help("steps of a later phase wait for those of the earlier ones; correct one `phase`"),
            );
        }
    }

    fn unknown_need(&self, (list, _): At, need: &Use) -> Diagnostic {
        let own = self.checklists[list].drafts.iter().map(|draft| draft.id.clone()).filter(|id| !id.is_empty());
        let valid: Vec<String> = if need.name.contains('/') { self.names() } else { own.collect() };
        let help = match need.name.split_once('/') {
            Some((checklist, _)) if !self.has_checklist(checklist) => {
                format!("load the checklist `{checklist}` as well, or correct the name")
            }
            Some(_) | None => advice(&need.name, valid.iter().map(String::as_str), "steps"),
        };
        Diagnostic::new(Code::UnknownNeed, format!("there is no step `{}`", need.name))
            .at(need.place.clone(), "needed here")
            .help(help)
    }

    fn ring_told(&self, ring: &[At]) -> Diagnostic {
        let names: Vec<String> = ring.iter().chain(ring.first()).map(|at| format!("`{}`", self.name(*at))).collect();
        let message = format!("steps need each other in a ring: {}", names.join(" -> "));
        let diagnostic = Diagnostic::new(Code::NeedCycle, message).help("take one of these needs out");
        ring.iter().fold(diagnostic, |diagnostic, at| {
            let draft = self.draft(*at);
            diagnostic.at(draft.place.clone(), "")
        })
    }

    fn draft(&self, (list, index): At) -> &Draft {
        &self.checklists[list].drafts[index]
    }

    fn name(&self, at: At) -> String {
        format!("{}/{}", self.checklists[at.0].source.name, self.draft(at).id)
    }
}

/// Writes what each step needs into its header.
pub(super) fn write(needs: Vec<Vec<Vec<At>>>, checklists: &mut [ReadChecklist]) {
    let ids: Vec<Vec<StepId>> = checklists.iter().map(ids_of).collect();
    for (checklist, of_list) in checklists.iter_mut().zip(needs) {
        for (draft, needs) in checklist.drafts.iter_mut().zip(of_list) {
            if let Some(step) = &mut draft.step {
                let needs = needs.into_iter().map(|(list, index)| ids[list][index].clone());
                Arc::make_mut(&mut step.header).needs = needs.collect();
            }
        }
    }
}

fn ids_of(checklist: &ReadChecklist) -> Vec<StepId> {
    checklist.drafts.iter().map(|draft| StepId::new(&checklist.source.name, &draft.id)).collect()
}

fn duplicate(draft: &Draft, first: &Draft) -> Diagnostic {
    Diagnostic::new(Code::DuplicateId, format!("two steps have the id `{}`", draft.id))
        .at(draft.place.clone(), "again here")
        .at(first.place.clone(), "first here")
        .help("give one of them another id")
}

fn needs_itself(need: &Use) -> Diagnostic {
    Diagnostic::new(Code::NeedsItself, format!("the step needs itself through `{}`", need.name))
        .at(need.place.clone(), "")
        .help("take it out")
}

fn unknown_capture(used: &Use, name: &str, giver: &str, captures: &[String]) -> Diagnostic {
    let help = advice(name, captures.iter().map(String::as_str), "captured names");
    Diagnostic::new(Code::UnknownCapture, format!("the step `{giver}` captures no `{name}`"))
        .at(used.place.clone(), "")
        .help(help)
}
