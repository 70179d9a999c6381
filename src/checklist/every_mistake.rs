//! One mistake for every code, drawn as the user sees it. None of them brings another one along.

use std::collections::BTreeSet;

use crate::diagnostic::Code;
use crate::probe::Environment;

use super::sandbox::Sandbox;

/// A service with one sort of mistake.
struct Mistake {
    code: Code,
    files: &'static [(&'static str, &'static str)],
    request: fn(&mut Sandbox),
}

const fn mistake(code: Code, files: &'static [(&'static str, &'static str)]) -> Mistake {
    Mistake { code, files, request: |_| {} }
}

/// A checklist in the usual place with the given text behind its header.
macro_rules! steps {
    ($text:literal) => {
        ("checklists/a.toml", concat!("[checklist]\nname = \"a\"\n\n", $text))
    };
}

/// A service file with the usual section and the given text.
macro_rules! service {
    ($text:literal) => {
        ("rollsafe.toml", concat!("[service]\nowner = \"team-orders\"\nrollback = \"make rollback\"\n", $text))
    };
}

/// A step that is fine.
const FINE: (&str, &str) = steps!("[[step]]\nid = \"look\"\nkind = \"sample\"\ntext = \"hello\"\n");

const MISTAKES: &[Mistake] = &[
    Mistake {
        request: |sandbox| sandbox.request.checklists = vec!["relaese.toml".into()],
        ..mistake(Code::FileMissing, &[FINE])
    },
    Mistake {
        request: |sandbox| {
            std::fs::create_dir(sandbox.folder.path().join("checklists/folder.toml")).unwrap();
            sandbox.request.checklists = vec!["checklists/folder.toml".into()];
        },
        ..mistake(Code::FileUnreadable, &[FINE])
    },
    Mistake {
        request: |sandbox| {
            std::fs::write(sandbox.folder.path().join("checklists/b.toml"), b"# \xff\xfe\n").unwrap();
        },
        ..mistake(Code::FileNotText, &[FINE])
    },
    mistake(
        Code::IncludeCycle,
        &[
            ("checklists/a.toml", "[checklist]\nname = \"a\"\ninclude = [\"shared/b.toml\"]\n"),
            (
                "checklists/shared/b.toml",
                "[checklist]\ninclude = [\"../a.toml\"]\n[[step]]\nid = \"x\"\nkind = \"sample\"\ntext = \"y\"\n",
            ),
        ],
    ),
    mistake(Code::NoChecklist, &[]),
    mistake(
        Code::Syntax,
        &[steps!(
            "[[step]]\nid = \"one\"\nkind = sample\ntext = \"x\"\n\n[[step]]\nid = \"two\"\nkind = \"sample\"\ntext = \"y\nneeds = [\"one\"]\n"
        )],
    ),
    mistake(
        Code::UnknownKey,
        &[
            service!("ownr = \"x\"\n"),
            steps!(
                "[[step]]\nid = \"look\"\nkind = \"sample\"\ntext = \"x\"\ntimout = \"5s\"\ncuont = 3\nseverity = \"low\"\n"
            ),
        ],
    ),
    mistake(
        Code::MissingKey,
        &[service!("[target.local]\nurl = \"http://x\"\n"), steps!("[[step]]\nid = \"look\"\nkind = \"sample\"\n")],
    ),
    mistake(
        Code::NotHere,
        &[
            service!("environment = [\"REGION\"]\n[defaults.sample]\nneeds = [\"x\"]\n"),
            ("checklists/a.toml", "[checklist]\nname = \"a\"\ninclude = [\"shared/b.toml\"]\n"),
            (
                "checklists/shared/b.toml",
                "[checklist]\nname = \"b\"\n[[step]]\nid = \"x\"\nkind = \"sample\"\ntext = \"y\"\n",
            ),
        ],
    ),
    mistake(
        Code::WrongType,
        &[
            service!("[variables]\nregion = 5\n[waiver]\nstep = \"a/look\"\n"),
            steps!("[[step]]\nid = \"look\"\nkind = \"sample\"\ntext = 5\ncount = \"many\"\nadvisory = \"yes\"\n"),
        ],
    ),
    mistake(
        Code::BareNumber,
        &[steps!(
            "[[step]]\nid = \"look\"\nkind = \"sample\"\ntext = \"x\"\ntimeout = 30\nsize = 10\nshare = 0.25\nwithin = \"30\"\n"
        )],
    ),
    mistake(
        Code::UnknownValue,
        &[steps!(
            "[[step]]\nid = \"look\"\nkind = \"sample\"\ntext = \"x\"\nphase = \"befor\"\nlevel = \"extreme\"\n"
        )],
    ),
    mistake(
        Code::InvalidValue,
        &[
            service!(
                "tag = \"v1.2\"\n[target.local]\nenvironment = \"local\"\nurl = \"localhost:8000\"\n[secret]\nalice = {}\n"
            ),
            steps!(
                "[[step]]\nid = \"look\"\nkind = \"sample\"\ntext = \"x\"\ncommand = \"echo 'a\"\nretry = { times = 0 }\nwithin = \"5 minutes\"\n"
            ),
        ],
    ),
    mistake(Code::InvalidName, &[steps!("[[step]]\nid = \"look at it\"\nkind = \"sample\"\ntext = \"x\"\n")]),
    mistake(
        Code::DefinedTwice,
        &[
            (
                "rollsafe.toml",
                "include = [\"more.toml\"]\n[service]\nowner = \"a\"\nrollback = \"b\"\n[variables]\nregion = \"eu\"\n",
            ),
            ("more.toml", "[variables]\nregion = \"us\"\n"),
            FINE,
        ],
    ),
    mistake(Code::UnknownKind, &[steps!("[[step]]\nid = \"look\"\nkind = \"sampel\"\ntext = \"x\"\n")]),
    mistake(
        Code::DuplicateId,
        &[steps!(
            "[[step]]\nid = \"look\"\nkind = \"sample\"\ntext = \"x\"\n\n[[step]]\nid = \"look\"\nkind = \"sample\"\ntext = \"y\"\n"
        )],
    ),
    mistake(
        Code::DuplicateChecklist,
        &[
            FINE,
            (
                "checklists/b.toml",
                "[checklist]\nname = \"a\"\n[[step]]\nid = \"x\"\nkind = \"sample\"\ntext = \"y\"\n",
            ),
        ],
    ),
    mistake(Code::EmptyChecklist, &[steps!("")]),
    mistake(Code::NoOwner, &[("rollsafe.toml", "[service]\nrollback = \"make rollback\"\n"), FINE]),
    mistake(Code::NoRollback, &[("rollsafe.toml", "[service]\nowner = \"team-orders\"\nrollback = \" \"\n"), FINE]),
    mistake(
        Code::InvalidSettings,
        &[steps!("[[step]]\nid = \"look\"\nkind = \"sample\"\ntext = \"x\"\ncount = 13\n")],
    ),
    mistake(
        Code::UnknownNeed,
        &[steps!(
            "[[step]]\nid = \"look\"\nkind = \"sample\"\ntext = \"x\"\n\n[[step]]\nid = \"go\"\nkind = \"sample\"\ntext = \"y\"\nneeds = [\"lok\", \"b/x\", \"a/looks\"]\n"
        )],
    ),
    mistake(
        Code::NeedsItself,
        &[steps!("[[step]]\nid = \"look\"\nkind = \"sample\"\ntext = \"x\"\nneeds = [\"a/look\"]\n")],
    ),
    mistake(
        Code::NeedCycle,
        &[steps!(
            "[[step]]\nid = \"one\"\nkind = \"sample\"\ntext = \"x\"\nneeds = [\"three\"]\ncapture = [\"value\"]\n\n[[step]]\nid = \"two\"\nkind = \"sample\"\ntext = \"{{ one.value }}\"\n\n[[step]]\nid = \"three\"\nkind = \"sample\"\ntext = \"x\"\nneeds = [\"two\"]\n\n[[step]]\nid = \"four\"\nkind = \"sample\"\ntext = \"x\"\nneeds = [\"two\"]\n"
        )],
    ),
    mistake(
        Code::NeedsLaterPhase,
        &[steps!(
            "[[step]]\nid = \"one\"\nkind = \"sample\"\ntext = \"x\"\nneeds = [\"two\"]\n\n[[step]]\nid = \"two\"\nkind = \"sample\"\ntext = \"x\"\nphase = \"after\"\n"
        )],
    ),
    mistake(
        Code::UnknownName,
        &[
            service!(
                "[target.local]\nenvironment = \"local\"\nstart = [\"run\", \"{{ prot }}\"]\n[variables]\nregion = \"{{ nowhere }}\"\n"
            ),
            steps!("[[step]]\nid = \"look\"\nkind = \"sample\"\ntext = \"{{ comit }} {{ env.HOME }}\"\n"),
        ],
    ),
    mistake(
        Code::UnknownCapture,
        &[steps!(
            "[[step]]\nid = \"make\"\nkind = \"sample\"\ntext = \"x\"\ncapture = [\"order\"]\n\n[[step]]\nid = \"look\"\nkind = \"sample\"\ntext = \"{{ make.oder }}\"\n"
        )],
    ),
    mistake(
        Code::NameUnavailable,
        &[
            (
                "rollsafe.toml",
                "environment = [\"REGION\"]\n[service]\nowner = \"team-orders\"\nrollback = \"make rollback\"\n",
            ),
            steps!(
                "[[step]]\nid = \"look\"\nkind = \"sample\"\ntext = \"{{ commit }} {{ target.url }} {{ env.REGION }}\"\n"
            ),
        ],
    ),
    mistake(
        Code::NameClash,
        &[service!("[variables]\ncommit = \"abc\"\nalice = \"x\"\n[secret]\nalice = { env = \"ALICE\" }\n"), FINE],
    ),
    mistake(
        Code::VariableRing,
        &[service!("[variables]\na = \"{{ b }}\"\nb = \"x{{ c }}\"\nc = \"{{ a }}\"\nd = \"{{ a }}\"\n"), FINE],
    ),
    Mistake {
        request: |sandbox| sandbox.request.variables = vec![("regoin".to_owned(), "eu".to_owned())],
        ..mistake(Code::UnusedVariable, &[service!("[variables]\nregion = \"eu\"\n"), FINE])
    },
    mistake(
        Code::SecretMissing,
        &[
            service!(
                "[secret]\nalice = { env = \"ALICE_TOKEN\" }\nbob = { file = \"var/bob\" }\ncarol = { env = \"CAROL_TOKEN\" }\n"
            ),
            steps!("[[step]]\nid = \"look\"\nkind = \"sample\"\ntext = \"{{ alice }} {{ bob }}\"\n"),
        ],
    ),
    Mistake {
        request: |sandbox| sandbox.environment = Environment::of([("ALICE_TOKEN", "abc")]),
        ..mistake(Code::SecretShort, &[service!("[secret]\nalice = { env = \"ALICE_TOKEN\" }\n"), FINE])
    },
    mistake(
        Code::UnknownTarget,
        &[
            service!("[target.staging]\nenvironment = \"staging\"\n[profile.gate]\ntarget = \"stagin\"\n"),
            steps!("[[step]]\nid = \"look\"\nkind = \"sample\"\ntext = \"x\"\nwhen = { target = \"local\" }\n"),
        ],
    ),
    mistake(Code::UnknownProfile, &[service!("[profile.gaet]\nstrict = true\n"), FINE]),
    mistake(
        Code::UnknownEnvironment,
        &[steps!(
            "[[step]]\nid = \"look\"\nkind = \"sample\"\ntext = \"x\"\nwhen = { environment = [\"stagging\"] }\n"
        )],
    ),
    mistake(
        Code::UnknownStep,
        &[
            service!(
                "[[waiver]]\nstep = \"a/lok\"\nreason = \"x\"\nowner = \"dana\"\nexpires = 2026-12-04\n[not-applicable]\nsampel = \"none here\"\n\"b/look\" = \"none here\"\n"
            ),
            FINE,
        ],
    ),
    mistake(
        Code::Version,
        &[service!("version-file = \"pyproject.toml:project.version\"\n"), ("pyproject.toml", "[project]\n"), FINE],
    ),
];

fn sandbox(mistake: &Mistake) -> Sandbox {
    let mut sandbox = Sandbox::of(mistake.files);
    (mistake.request)(&mut sandbox);
    sandbox
}

#[test]
fn every_code_has_a_mistake() {
    let made: BTreeSet<Code> = MISTAKES.iter().map(|mistake| mistake.code).collect();
    let all: BTreeSet<Code> = Code::ALL.iter().copied().collect();
    assert_eq!(made, all);
}

#[test]
fn a_mistake_is_told_by_its_code_alone() {
    for mistake in MISTAKES {
        let sandbox = sandbox(mistake);
        let problems = sandbox.problems();
        let codes: BTreeSet<&str> = problems.sorted().iter().map(|problem| problem.code.as_str()).collect();
        assert_eq!(codes, BTreeSet::from([mistake.code.as_str()]), "{}", sandbox.drawn());
    }
}

#[test]
fn every_mistake_is_drawn_as_it_was() {
    for mistake in MISTAKES {
        insta::assert_snapshot!(mistake.code.as_str(), sandbox(mistake).drawn());
    }
}

#[test]
fn every_problem_says_what_to_do() {
    for mistake in MISTAKES {
        for problem in sandbox(mistake).problems().sorted() {
            assert!(problem.help.as_ref().is_some_and(|help| !help.is_empty()), "{}", problem.message);
        }
    }
}
