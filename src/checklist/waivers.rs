//! Waivers and `not-applicable`, tied to the steps that they speak of.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::diagnostic::{Code, Diagnostic, FileId, Place, Problems};
use crate::kind;
use crate::model::Waiver;
use crate::probe::Clock;

use super::advice::advice;
use super::checklist_file::ReadChecklist;
use super::needs::{At, Ties};
use super::service_file::{NotApplicable, ServiceFile, WaiverSection};
use super::step::StepWaiver;

/// Which step each waiver is for. Waivers with parts missing, for steps that do not exist, and a second one for the
/// same step are told. `is_all` says that every checklist of the service was loaded, so that a step that is not
/// there does not exist.
pub(super) fn waivers(
    service: &ServiceFile<'_>,
    ties: &Ties<'_>,
    is_all: bool,
    clock: Clock,
    problems: &mut Problems,
) -> BTreeMap<At, StepWaiver> {
    let today = clock.now().to_zoned(TimeZone::UTC).date();
    let mut found: BTreeMap<At, (Place, StepWaiver)> = BTreeMap::new();
    for (file, section) in &service.waivers {
        let place = Place::new(*file, section.step.span());
        let waiver = waiver(section, *file, today, problems);
        let Some(at) = named(section.step.get_ref(), &place, ties, is_all, problems) else { continue };
        match (found.get(&at), waiver) {
            (Some((first, _)), _) => problems.tell(waived_twice(section.step.get_ref(), place, first.clone())),
            (None, Some(waiver)) => {
                found.insert(at, (place, waiver));
            }
            (None, None) => {}
        }
    }
    found.into_iter().map(|(at, (_, waiver))| (at, waiver)).collect()
}

/// Writes the waivers into their steps.
pub(super) fn write(waivers: BTreeMap<At, StepWaiver>, checklists: &mut [ReadChecklist]) {
    for ((list, index), waiver) in waivers {
        if let Some(step) = &mut checklists[list].drafts[index].step {
            step.waiver = Some(waiver);
        }
    }
}

/// Tells every `not-applicable` that speaks of no kind and no step.
pub(super) fn check_not_applicable(
    declared: &BTreeMap<String, NotApplicable>,
    ties: &Ties<'_>,
    is_all: bool,
    problems: &mut Problems,
) {
    for (name, entry) in declared {
        if name.contains('/') {
            named(name, &entry.place, ties, is_all, problems);
        } else if kind::find(name).is_none() {
            let names: Vec<&str> = kind::all().map(|kind| kind.name).collect();
            let message = format!("`{name}` is neither a kind nor the full name of a step");
            let help = format!("{} A step is named \"checklist/step\".", advice(name, names, "kinds"));
            problems.tell(Diagnostic::new(Code::UnknownStep, message).at(entry.place.clone(), "").help(help));
        }
    }
}

/// The step with a full name; one that does not exist is told.
fn named(name: &str, place: &Place, ties: &Ties<'_>, is_all: bool, problems: &mut Problems) -> Option<At> {
    let (checklist, step) = name.split_once('/').unwrap_or(("", name));
    let found = ties.find(checklist, step);
    if found.is_none() && (is_all || checklist.is_empty() || ties.has_checklist(checklist)) {
        let names = ties.names();
        let message = format!("there is no step `{name}`");
        let help = advice(name, names.iter().map(String::as_str), "steps");
        problems.tell(Diagnostic::new(Code::UnknownStep, message).at(place.clone(), "").help(help));
    }
    found
}

fn waiver(section: &WaiverSection, file: FileId, today: Date, problems: &mut Problems) -> Option<StepWaiver> {
    for (key, text) in [("reason", &section.reason), ("owner", &section.owner)] {
        if text.get_ref().trim().is_empty() {
            problems.tell(blank(key, Place::new(file, text.span())));
        }
    }
    let Some(expires) = date(section) else {
        problems.tell(no_date(Place::new(file, section.expires.span())));
        return None;
    };
    let waiver = Waiver {
        reason: section.reason.get_ref().clone(),
        owner: section.owner.get_ref().clone(),
        expires: expires.to_string(),
    };
    Some(StepWaiver { waiver, expired: today > expires })
}

/// A date alone, as TOML writes it.
fn date(section: &WaiverSection) -> Option<Date> {
    let datetime = section.expires.get_ref();
    let date = datetime.date.filter(|_| datetime.time.is_none() && datetime.offset.is_none())?;
    Date::new(date.year.try_into().ok()?, date.month.try_into().ok()?, date.day.try_into().ok()?).ok()
}

fn no_date(place: Place) -> Diagnostic {
    Diagnostic::new(Code::InvalidValue, "`expires` must be a date without a time")
        .at(place, "")
        .help("write the last day on which the waiver counts, such as 2026-12-04")
}

fn blank(key: &str, place: Place) -> Diagnostic {
    Diagnostic::new(Code::InvalidValue, format!("`{key}` of the waiver is empty"))
        .at(place, "")
        .help("a waiver says why it is there and who decided it")
}

fn waived_twice(name: &str, place: Place, first: Place) -> Diagnostic {
    Diagnostic::new(Code::DefinedTwice, format!("the step `{name}` is waived twice"))
        .at(place, "waived again here")
        .at(first, "first waived here")
        .help("keep one of the two")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checklist::sandbox::{Sandbox, sample};

    fn waived(expires: &str) -> Sandbox {
        let waiver =
            format!("[[waiver]]\nstep = \"a/look\"\nreason = \"known\"\nowner = \"dana\"\nexpires = {expires}\n");
        Sandbox::service(&waiver, &sample("look", "x"))
    }

    #[test]
    fn a_waiver_counts_until_the_end_of_its_last_day() {
        for (expires, expired) in [("2026-11-20", true), ("2026-11-21", false), ("2026-12-04", false)] {
            let waiver = Waiver { reason: "known".to_owned(), owner: "dana".to_owned(), expires: expires.to_owned() };
            assert_eq!(waived(expires).step().waiver, Some(StepWaiver { waiver, expired }));
        }
    }

    #[test]
    fn a_waiver_needs_a_date_and_all_its_parts() {
        assert_eq!(waived("\"2026-12-04\"").codes(), [Code::WrongType]);
        assert_eq!(waived("2026-12-04T10:00:00Z").codes(), [Code::InvalidValue]);
        let blank = "[[waiver]]\nstep = \"a/look\"\nreason = \" \"\nexpires = 2026-12-04\n";
        let codes = Sandbox::service(blank, &sample("look", "x")).codes();
        assert_eq!(codes, [Code::MissingKey, Code::InvalidValue]);
    }

    #[test]
    fn a_second_waiver_for_a_step_is_told() {
        let one = "[[waiver]]\nstep = \"a/look\"\nreason = \"x\"\nowner = \"dana\"\nexpires = 2026-12-04\n";
        let sandbox = Sandbox::service(&format!("{one}{one}"), &sample("look", "x"));
        assert_eq!(sandbox.codes(), [Code::DefinedTwice]);
    }

    #[test]
    fn a_waiver_of_a_checklist_that_is_left_out_is_no_mistake() {
        let waiver = "[[waiver]]\nstep = \"b/look\"\nreason = \"x\"\nowner = \"dana\"\nexpires = 2026-12-04\n";
        let sandbox = || Sandbox::service(waiver, &sample("look", "x"));
        assert_eq!(sandbox().codes(), [Code::UnknownStep]);
        let one = sandbox().asked(|request| request.checklists = vec!["a".into()]);
        assert_eq!(one.step().waiver, None);
    }

    #[test]
    fn a_step_is_left_out_by_its_kind_or_its_name_with_the_reason() {
        for key in ["sample", "\"a/look\""] {
            let declared = format!("[not-applicable]\n{key} = \"no cache here\"\n");
            let step = Sandbox::service(&declared, &sample("look", "x")).step();
            assert_eq!(step.not_applicable.as_deref(), Some("no cache here"), "{key}");
        }
        let other = Sandbox::service("[not-applicable]\n\"a/look\" = \" \"\n", &sample("look", "x"));
        assert_eq!(other.codes(), [Code::InvalidValue]);
    }
}
