//! Loading a project: the service file, then the names, then the target, then the checklists, then what ties
//! their steps to each other. Nothing stops at a problem; whatever can still be checked is checked.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use toml::Spanned;
use toml::de::DeTable;

use crate::diagnostic::{Code, Diagnostic, Place, Problems};
use crate::kind::Service;
use crate::model::{Phase, Profile};
use crate::probe::files::Files;
use crate::probe::git::Git;
use crate::probe::{Clock, Environment};

use super::checklist_file::{ChecklistReader, ReadChecklist};
use super::command_text::CommandTexts;
use super::declared::{Declarations, declare};
use super::document::{Document, Text};
use super::filling::{Filling, Use};
use super::locate::{Location, checklists, location, service_texts};
use super::names::Names;
use super::needs::{self, Ties};
use super::project::{Checklist, ProfileRules, Project, TargetSetup};
use super::request::LoadRequest;
use super::secret::Secrets;
use super::service_file::ServiceFile;
use super::step::Step;
use super::surroundings::Surroundings;
use super::target::{split, target};
use super::waivers;
use super::when::unknown_target;

/// Loads everything that a run needs.
///
/// # Errors
/// Every problem of every file, in one go.
pub(crate) fn load(
    request: &LoadRequest,
    environment: &Environment,
    git: &Git,
    clock: Clock,
) -> Result<Project, Problems> {
    let mut problems = Problems::default();
    let files = Files::new(&request.folder);
    let Location { service_file, root } = location(request, &files);
    let texts = service_file.map(|path| service_texts(&path, &files, &mut problems)).unwrap_or_default();
    let service = service(&texts, &mut problems);
    let is_service_broken = !problems.is_empty();
    let loader = Loader { request, environment, git, clock, files, root, service };
    let project = loader.load(&mut problems);
    if is_service_broken {
        problems.forget(&OF_SERVICE);
    }
    project.filter(|_| problems.is_empty()).ok_or(problems)
}

/// What follows from a service file that could not be read as a whole.
const OF_SERVICE: [Code; 7] = [
    Code::UnknownName,
    Code::NameUnavailable,
    Code::UnknownTarget,
    Code::UnknownEnvironment,
    Code::NoOwner,
    Code::NoRollback,
    Code::UnusedVariable,
];

/// What follows from a checklist that could not be read as a whole.
const OF_CHECKLIST: [Code; 4] = [Code::UnknownNeed, Code::UnknownStep, Code::UnknownCapture, Code::UnusedVariable];

/// All sections of the service file and its includes.
fn service<'t>(texts: &'t [Text], problems: &mut Problems) -> ServiceFile<'t> {
    let mut service = ServiceFile::default();
    for (index, text) in texts.iter().enumerate() {
        let document = Document::parse(text, problems);
        service.add(document, index == 0, problems);
    }
    service
}

/// What a project is made from.
struct Loader<'a, 't> {
    request: &'a LoadRequest,
    environment: &'a Environment,
    git: &'a Git,
    clock: Clock,
    files: Files,
    root: PathBuf,
    service: ServiceFile<'t>,
}

impl Loader<'_, '_> {
    fn load(&self, problems: &mut Problems) -> Option<Project> {
        let chosen = self.chosen(problems);
        let from = Declarations {
            request: self.request,
            environment: self.environment,
            git: self.git,
            root: &self.root,
            service: &self.service,
            target: chosen.and_then(|name| self.service.targets.get_key_value(name)),
        };
        let (mut names, secrets) = declare(from, problems);
        names.check_variables(problems);
        let target = self.targets(chosen, &names, problems);
        let profile = self.profile();
        let around = Surroundings {
            files: self.files.clone(),
            root: self.root.clone(),
            service: &self.service,
            names: &names,
            profile: &profile,
            target: target.as_ref().map(|setup| &setup.target),
            commands: CommandTexts::default(),
            values: self.request.values,
        };
        let checklists = self.checklists(&around, problems);
        self.tell_unused(&names, problems);
        Some(self.project(checklists?, Ready { names, secrets, profile, target }, problems))
    }

    /// The target that was named on the command line, otherwise in the profile.
    fn chosen(&self, problems: &mut Problems) -> Option<&str> {
        let of_profile = self.service.profiles.get(&self.request.profile).and_then(|(file, section)| {
            let target = section.target.as_ref()?;
            Some((target.get_ref().as_str(), Some(Place::new(*file, target.span()))))
        });
        let named = self.request.target.as_deref().map(|name| (name, None));
        let (name, place) = named.or(of_profile)?;
        if self.service.targets.contains_key(name) {
            return Some(name);
        }
        problems.tell(unknown_target(name, place, &self.service));
        None
    }

    /// Reads every target; the chosen one with its names filled in.
    fn targets(&self, chosen: Option<&str>, names: &Names<'_>, problems: &mut Problems) -> Option<TargetSetup> {
        let mut setup = None;
        for (name, (file, table)) in &self.service.targets {
            let mut filled: Spanned<DeTable<'_>> = table.clone();
            let open = if chosen == Some(name.as_str()) {
                split(filled.get_mut());
                let result = Filling::fill(names, problems.sources(), *file, &[], filled.get_mut());
                result.missing_told().for_each(|told| problems.tell(told));
                result.open
            } else {
                Filling::check(names, problems.sources(), *file, table.get_ref())
            };
            tell_undeclared(open, names, problems);
            let read = target(name, *file, &filled, problems);
            setup = setup.or(read.filter(|_| chosen == Some(name.as_str())));
        }
        setup
    }

    fn profile(&self) -> ProfileRules {
        let profile = self.request.profile;
        let section = self.service.profiles.get(&profile).map(|(_, section)| section);
        ProfileRules {
            profile,
            phases: section.and_then(|section| section.phases.clone()).unwrap_or_else(|| usual_phases(profile)),
            strict: section.and_then(|section| section.strict).unwrap_or(false),
        }
    }

    /// All checklists, their steps tied to each other.
    fn checklists(&self, around: &Surroundings<'_, '_>, problems: &mut Problems) -> Option<Vec<Checklist>> {
        let of_profile = self.of_profile();
        let (named, is_all) = checklists(self.request, &of_profile, &self.root, &self.files, problems);
        let mut read: Vec<ReadChecklist> = Vec::new();
        let mut is_lossy = false;
        for (path, place) in named {
            let mut reader = ChecklistReader::new(around, problems);
            let checklist = reader.checklist(&path, place);
            is_lossy |= reader.is_lossy || checklist.is_none();
            read.extend(checklist);
        }
        tell_duplicates(&read, problems);
        self.tie(&mut read, around.names, is_all, problems);
        if is_lossy {
            problems.forget(&OF_CHECKLIST);
        }
        read.into_iter().map(finished).collect()
    }

    fn tie(&self, read: &mut [ReadChecklist], names: &Names<'_>, is_all: bool, problems: &mut Problems) {
        let ties = Ties::of(read, problems);
        let needs = ties.needs(names, problems);
        let waived = waivers::waivers(&self.service, &ties, is_all, self.clock, problems);
        waivers::check_not_applicable(&self.service.not_applicable, &ties, is_all, problems);
        needs::write(needs, read);
        waivers::write(waived, read);
    }

    fn of_profile(&self) -> Vec<(String, Place)> {
        let Some((file, section)) = self.service.profiles.get(&self.request.profile) else { return Vec::new() };
        let named = section.checklists.iter().flatten();
        named.map(|name| (name.get_ref().clone(), Place::new(*file, name.span()))).collect()
    }

    /// A variable of the command line that nothing declares and nothing uses is most likely misspelt.
    fn tell_unused(&self, names: &Names<'_>, problems: &mut Problems) {
        for (name, _) in &self.request.variables {
            if !names.is_used(name) && !self.service.variables.contains_key(name) {
                let message = format!("no text uses the variable `{name}` of the command line");
                let help = "correct its name, or declare it under [variables] in rollsafe.toml";
                problems.tell(Diagnostic::new(Code::UnusedVariable, message).help(help));
            }
        }
    }

    fn project(&self, checklists: Vec<Checklist>, ready: Ready<'_>, problems: &Problems) -> Project {
        let Ready { names, secrets, profile, target } = ready;
        let reads_release =
            checklists.iter().flat_map(|checklist| &checklist.steps).any(|step| step.check.reads_release());
        let names_variable = || problems.sources().texts().any(|text| text.contains("ROLLSAFE_"));
        let everything = self.request.values && (reads_release || names_variable());
        let release = names.facts().release(everything || self.service.service.tag.is_some());
        Project {
            service: Arc::new(self.about(&names)),
            names: names.exported(everything),
            secrets: secrets.known,
            late_secrets: secrets.late,
            release,
            profile,
            target,
            checklists,
        }
    }

    fn about(&self, names: &Names<'_>) -> Service {
        let section = &self.service.service;
        let folder = self.root.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        Service {
            name: section.name.clone().unwrap_or(folder),
            owner: section.owner.as_deref().map(|owner| names.prose(owner)),
            rollback: section.rollback.as_deref().map(|rollback| names.prose(rollback)),
            root: self.root.clone(),
        }
    }
}

/// What is known before the checklists are.
struct Ready<'g> {
    names: Names<'g>,
    secrets: Secrets,
    profile: ProfileRules,
    target: Option<TargetSetup>,
}

/// A checklist whose steps are all valid.
fn finished(read: ReadChecklist) -> Option<Checklist> {
    let steps: Option<Vec<Step>> = read.drafts.into_iter().map(|draft| draft.step).collect();
    Some(Checklist { source: read.source, steps: steps? })
}

fn usual_phases(profile: Profile) -> Vec<Phase> {
    match profile {
        Profile::Gate => vec![Phase::Before],
        Profile::Rehearsal => vec![Phase::Before, Phase::Rehearsal, Phase::After],
        Profile::Staging => vec![Phase::Before, Phase::After],
    }
}

fn tell_undeclared(open: Vec<Use>, names: &Names<'_>, problems: &mut Problems) {
    for used in open {
        problems.tell(names.undeclared(&used.name, Some(used.place), &[]));
    }
}

fn tell_duplicates(read: &[ReadChecklist], problems: &mut Problems) {
    let mut first: BTreeMap<&str, &Place> = BTreeMap::new();
    for checklist in read {
        let name = checklist.source.name.as_str();
        match first.get(name) {
            Some(&other) => {
                let told =
                    Diagnostic::new(Code::DuplicateChecklist, format!("two checklists have the name `{name}`"))
                        .at(checklist.place.clone(), "again here")
                        .at(other.clone(), "first here")
                        .help("give one of them another name");
                problems.tell(told);
            }
            None => {
                first.insert(name, &checklist.place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::checklist::sandbox::{SERVICE, Sandbox, sample};
    use crate::model::{Effect, Importance, Retry, StepId, Until};

    #[test]
    fn a_valid_checklist_loads_with_everything_filled_in() {
        let steps = format!("{}\n{}needs = [\"one\"]\n", sample("one", "x {{ run }}"), sample("two", "y"));
        let project = Sandbox::steps(&steps).project();
        assert_eq!(project.service.name, "orders");
        let [one, two] = project.checklists[0].steps.as_slice() else { panic!("two steps") };
        assert_eq!(one.check.actions(), ["x run-1"]);
        assert_eq!(one.header.expected, "the text is `x run-1`");
        assert_eq!((one.header.owner.as_str(), one.header.rollback.as_str()), ("team-orders", "make rollback"));
        assert_eq!((one.header.file.as_str(), one.header.line, two.header.line), ("checklists/a.toml", 4, 9));
        assert_eq!(two.header.needs, [StepId::new("a", "one")]);
        assert_eq!((one.header.effect, one.header.importance), (Effect::Read, Importance::Required));
        assert_eq!(one.timeout, Duration::from_secs(60));
    }

    #[test]
    fn the_rules_of_a_step_are_read() {
        let rules = "level = \"high\"\nadvisory = true\ntitle = \"Look\"\nwhy = \"because\"\nexpected = \"all is well\"\n\
                     owner = \"dana\"\nrollback = \"undo\"\nphase = \"after\"\ntags = [\"slow\"]\ntimeout = \"2m\"\nlock = \"database\"\n\
                     exclusive = true\nuntil = { within = \"20s\" }\nretry = { times = 2, backoff = 2.0 }\nx-note = 1\n";
        let step = Sandbox::steps(&format!("{}{rules}", sample("look", "x"))).step();
        let header = &step.header;
        assert_eq!((header.title.as_str(), header.why.as_deref()), ("Look", Some("because")));
        assert_eq!((header.owner.as_str(), header.rollback.as_str()), ("dana", "undo"));
        assert_eq!((header.expected.as_str(), header.effect), ("all is well", Effect::Write));
        assert_eq!((header.importance, header.phase), (Importance::Advisory, Phase::After));
        assert_eq!(
            (header.tags.as_slice(), step.locks.as_slice()),
            (&["slow".to_owned()][..], &["database".to_owned()][..])
        );
        assert_eq!((step.timeout, step.exclusive), (Duration::from_secs(120), true));
        assert_eq!(step.until, Some(Until { within: Duration::from_secs(20), interval: Duration::from_secs(1) }));
        let (interval, max_interval) = (Duration::from_secs(1), Duration::from_secs(30));
        assert_eq!(step.retry, Some(Retry { times: 2, interval, backoff: 2.0, max_interval }));
    }

    #[test]
    fn a_profile_has_its_phases_unless_the_file_says_otherwise() {
        let rules = |service: &str, profile| {
            let sandbox = Sandbox::service(service, &sample("look", "x"));
            sandbox.asked(|request| request.profile = profile).project().profile
        };
        assert_eq!(rules("", Profile::Gate).phases, [Phase::Before]);
        assert_eq!(rules("", Profile::Rehearsal).phases, [Phase::Before, Phase::Rehearsal, Phase::After]);
        assert_eq!(rules("", Profile::Staging).phases, [Phase::Before, Phase::After]);
        let own = "[profile.gate]\nphases = [\"after\"]\nstrict = true\n";
        let expected = ProfileRules { profile: Profile::Gate, phases: vec![Phase::After], strict: true };
        assert_eq!(rules(own, Profile::Gate), expected);
    }

    #[test]
    fn a_profile_names_its_target_and_its_checklists() {
        let service = format!(
            "{SERVICE}[target.staging]\nenvironment = \"staging\"\n[profile.gate]\ntarget = \"staging\"\nchecklists = [\"b\"]\n"
        );
        let checklist = |name: &str| format!("[checklist]\nname = \"{name}\"\n{}", sample("look", "x"));
        let files = [
            ("rollsafe.toml", service),
            ("checklists/a.toml", checklist("a")),
            ("checklists/b.toml", checklist("b")),
        ];
        let sandbox = Sandbox::of(&files.each_ref().map(|(name, text)| (*name, text.as_str())));
        let project = sandbox.project();
        assert_eq!(project.target.unwrap().target.name, "staging");
        assert_eq!(project.checklists.iter().map(|list| list.source.name.as_str()).collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn defaults_of_a_kind_lie_under_the_settings_of_its_steps() {
        let service = "[defaults.sample]\ntext = \"from defaults\"\ncount = 3\ntimeout = \"5m\"\n";
        let steps = format!("[[step]]\nid = \"one\"\nkind = \"sample\"\n{}timeout = \"1s\"\n", sample("two", "own"));
        let project = Sandbox::service(service, &steps).project();
        let [one, two] = project.checklists[0].steps.as_slice() else { panic!("two steps") };
        assert_eq!((one.check.actions(), one.timeout), (vec!["from defaults".to_owned()], Duration::from_secs(300)));
        assert_eq!((two.check.actions(), two.timeout), (vec!["own".to_owned()], Duration::from_secs(1)));
    }

    #[test]
    fn a_mistake_in_the_defaults_is_told_once_at_its_place() {
        let service = "[defaults.sample]\ncount = \"many\"\nwithin = 3\ncuont = 1\n";
        let steps = format!("{}{}", sample("one", "x"), sample("two", "y"));
        let sandbox = Sandbox::service(service, &steps);
        assert_eq!(sandbox.codes(), [Code::WrongType, Code::BareNumber, Code::UnknownKey]);
        assert!(sandbox.drawn().contains("--> rollsafe.toml:6:9"), "{}", sandbox.drawn());
    }

    #[test]
    fn included_steps_come_first_and_inherit() {
        let files = [
            (
                "checklists/a.toml",
                format!(
                    "[checklist]\nname = \"a\"\nowner = \"dana\"\ninclude = [\"shared/b.toml\"]\n{}",
                    sample("own", "x")
                ),
            ),
            (
                "checklists/shared/b.toml",
                format!("[checklist]\nrollback = \"undo\"\n{}needs = [\"own\"]\n", sample("shared", "y")),
            ),
        ];
        let sandbox = Sandbox::of(&files.each_ref().map(|(name, text)| (*name, text.as_str())));
        let project = sandbox.project();
        let [shared, own] = project.checklists[0].steps.as_slice() else { panic!("two steps") };
        assert_eq!(shared.header.id, StepId::new("a", "shared"));
        assert_eq!((shared.header.owner.as_str(), shared.header.rollback.as_str()), ("dana", "undo"));
        assert_eq!(shared.header.file, "checklists/shared/b.toml");
        assert_eq!(own.header.rollback, "make rollback");
    }

    #[test]
    fn the_service_file_may_be_missing() {
        let checklist =
            format!("[checklist]\nname = \"a\"\nowner = \"dana\"\nrollback = \"undo\"\n{}", sample("look", "x"));
        let sandbox = Sandbox::of(&[("checklists/a.toml", &checklist)]);
        std::fs::remove_file(sandbox.folder.path().join("rollsafe.toml")).unwrap();
        let project = sandbox.project();
        let folder = sandbox.folder.path().file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!((project.service.name.clone(), project.service.owner.clone()), (folder, None));
    }

    #[test]
    fn the_service_file_is_found_from_a_folder_below() {
        let sandbox = Sandbox::steps(&sample("look", "x"));
        let root = sandbox.folder.path().to_owned();
        std::fs::create_dir(root.join("app")).unwrap();
        let project = sandbox.asked(|request| request.folder = root.join("app")).project();
        assert_eq!(project.service.root, root);
        assert_eq!(project.checklists[0].source.file, "checklists/a.toml");
    }

    #[test]
    fn a_step_that_is_not_toml_hides_no_mistake_of_another() {
        let steps = format!("{}oops\n\n{}needs = [\"one\", \"three\"]\n", sample("one", "x"), sample("two", "y"));
        assert_eq!(Sandbox::steps(&steps).codes(), [Code::Syntax, Code::UnknownNeed]);
    }

    #[test]
    fn a_broken_service_file_is_not_told_again_by_every_step() {
        let sandbox = Sandbox::of(&[
            ("rollsafe.toml", "[service\nowner = \"a\"\n"),
            (
                "checklists/a.toml",
                &format!("[checklist]\nname = \"a\"\n{}count = 70000\n", sample("look", "{{ region }}")),
            ),
        ]);
        let codes: std::collections::BTreeSet<Code> = sandbox.codes().into_iter().collect();
        assert_eq!(codes, [Code::Syntax, Code::WrongType].into());
    }

    #[test]
    fn twenty_mistakes_in_one_checklist_are_twenty_problems() {
        let sandbox = Sandbox::steps(include_str!("twenty_mistakes.toml"));
        assert_eq!(sandbox.codes().len(), 20, "{}", sandbox.drawn());
        insta::assert_snapshot!(sandbox.drawn());
    }
}
