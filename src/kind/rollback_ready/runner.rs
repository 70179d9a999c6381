//! Commands that name a recipe of a task runner: `make rollback`, `just rollback`, `npm run rollback`. The runner is
//! there on most machines; whether it knows the recipe, and whether the recipe does anything, is the question.

use std::path::Path;

use crate::kind::check::answers::{Answer, missing, not_met};
use crate::kind::check::{CommandLine, Context};
use crate::model::{Outcome, Problem, Reason, excerpt};
use crate::probe::process::{Exit, Finished};

use super::arguments::{Arguments, OF_JUST, OF_MAKE, OF_TASK};
use super::makefile::{NO_TARGET, Rules};
use super::script::{Script, started_file};
use super::shell_text::{base_name, effects, is_plain, is_shell, text_does_nothing, without_wrappers};

/// How much of what `make -p` prints is kept, in bytes; a large Makefile needs a few hundred kilobytes.
const KEEP: usize = 8 * 1024 * 1024;

/// How many characters of a list of recipes are shown.
const LIST: usize = 200;

/// A task runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runner {
    Make,
    Just,
    Task,
    PackageScripts,
}

impl Runner {
    /// The runner that a command starts, if it is one.
    pub(super) fn of(argv: &[String]) -> Option<Self> {
        match base_name(argv.first()?) {
            "make" | "gmake" => Some(Self::Make),
            "just" => Some(Self::Just),
            "task" | "go-task" => Some(Self::Task),
            "npm" | "pnpm" | "yarn" if argv.get(1).is_some_and(|word| word == "run") => Some(Self::PackageScripts),
            _ => None,
        }
    }

    /// Whether the runner knows the recipe, and whether it does something.
    pub(super) async fn look(self, context: &Context, argv: &[String]) -> Answer {
        match self {
            Self::Make => make(context, argv).await,
            Self::Just => shown_by(context, argv, &Arguments::sort(&argv[1..], OF_JUST), "--show").await,
            Self::Task => shown_by(context, argv, &Arguments::sort(&argv[1..], OF_TASK), "--summary").await,
            Self::PackageScripts => package_script(context, argv),
        }
    }
}

async fn make(context: &Context, argv: &[String]) -> Answer {
    let arguments = Arguments::sort(&argv[1..], OF_MAKE);
    if arguments.recipes.is_empty() {
        return Err(Outcome::Fail(no_recipe("make", "the first target of the Makefile would run, whatever it is")));
    }
    let rules = make_rules(context, &argv[0], &arguments).await?;
    for target in &arguments.recipes {
        if !rules.has(target) {
            let known = excerpt(&rules.names().collect::<Vec<_>>().join(", "), LIST);
            return Err(Outcome::Fail(unknown_recipe("make", target, &format!("targets: {known}"))));
        }
    }
    let text: String = arguments.recipes.iter().map(|target| rules.text(target)).collect();
    if text_does_nothing(&text) {
        return Err(Outcome::Fail(empty_recipe(&arguments.recipes.join(" "))));
    }
    let mut seen = format!("make has the target {}", arguments.recipes.join(" "));
    for command in commands_here(&text, &arguments) {
        if let Some(answer) = script_of(context, &command).await {
            seen.push_str("; ");
            seen.push_str(&answer?);
        }
    }
    Ok(seen)
}

/// The commands of a recipe that run in the folder of the service, as words.
fn commands_here(text: &str, arguments: &Arguments) -> Vec<Vec<String>> {
    if arguments.change_folder() || text.split(['\n', ';', '&']).any(|part| part.trim_start().starts_with("cd ")) {
        return Vec::new();
    }
    effects(text).iter().map(|command| command.split_whitespace().map(str::to_owned).collect()).collect()
}

/// Looks at the script that a command of a recipe runs, if it plainly runs one.
async fn script_of(context: &Context, argv: &[String]) -> Option<Answer> {
    let argv = without_wrappers(argv);
    if let Some(script) = Script::of_command(argv).filter(|script| is_shell(&script.interpreter)) {
        return if is_plain(&script.path) { Some(script.look(context).await) } else { None };
    }
    let is_script =
        |program: &&String| program.contains('/') && Path::new(program).extension().is_some_and(|of| of == "sh");
    let program = argv.first().filter(is_script)?;
    if is_plain(program) { Some(started_file(context, program).await) } else { None }
}

/// Asks make for all its rules without making anything. What it prints holds the environment, so nobody sees it.
async fn make_rules(context: &Context, make: &str, arguments: &Arguments) -> Result<Rules, Outcome> {
    let mut argv = vec![make.to_owned()];
    argv.extend(arguments.options.iter().cloned());
    argv.extend(["-npqrR".to_owned(), NO_TARGET.to_owned()]);
    let line = CommandLine::new(argv).expect("make is the first word");
    let mut command = context.command(&line);
    command.keep = KEEP;
    command.environment.push(("LC_ALL".to_owned(), "C".to_owned()));
    let finished = context.run_unseen(&command).await.map_err(|judgement| judgement.outcome)?;
    if !finished.stderr.text().contains(NO_TARGET) {
        return Err(Outcome::Fail(unreadable_makefile(&finished)));
    }
    Ok(Rules::read(&finished.stdout.text()))
}

fn unreadable_makefile(finished: &Finished) -> Problem {
    let said = finished.stderr.text();
    let first = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("no message");
    missing("make cannot read its rules")
        .expected("a Makefile with the target of the rollback")
        .observed(excerpt(first, LIST))
        .next("run `make -n` in the folder of the service")
}

/// Asks a runner to show one recipe.
async fn shown_by(context: &Context, argv: &[String], arguments: &Arguments, option: &str) -> Answer {
    let runner = base_name(&argv[0]);
    let Some(recipe) = arguments.recipes.first() else {
        return Err(Outcome::Fail(no_recipe(runner, "the default recipe would run, whatever it is")));
    };
    let line = CommandLine::new(vec![argv[0].clone()])
        .expect("the runner is a program")
        .with(arguments.options.iter().cloned())
        .with([option, recipe.as_str()]);
    let finished = context.run_unseen(&context.command(&line)).await.map_err(|judgement| judgement.outcome)?;
    if finished.exit != Exit::Status(0) {
        return Err(Outcome::Fail(unknown_recipe(runner, recipe, &finished.ending())));
    }
    if runner == "just" && text_does_nothing(&just_body(&finished.stdout.text())) {
        return Err(Outcome::Fail(empty_recipe(recipe)));
    }
    Ok(format!("{runner} has the recipe {recipe}"))
}

/// The lines of a recipe that `just --show` printed: they are indented; what stands before is its name. A recipe that
/// needs others keeps its first line, so that it counts as doing something.
fn just_body(shown: &str) -> String {
    let head = shown.lines().find(|line| !line.starts_with([' ', '\t', '#', '[']) && line.contains(':'));
    let needs = head.and_then(|line| line.split_once(':')).map_or("", |(_, needs)| needs.trim());
    let body = shown.lines().filter(|line| line.starts_with([' ', '\t']));
    let body: Vec<&str> = body.map(|line| line.trim().trim_start_matches(['@', '-'])).collect();
    format!("{needs}\n{}", body.join("\n"))
}

fn package_script(context: &Context, argv: &[String]) -> Answer {
    let runner = base_name(&argv[0]);
    let Some(name) = argv[2..].iter().find(|word| !word.starts_with('-')) else {
        return Err(Outcome::Fail(no_recipe(runner, "without a name it only lists the scripts")));
    };
    let text = context.probes.files.read("package.json");
    let package: serde_json::Value = match text.map(|text| serde_json::from_str(&text)) {
        Ok(Ok(package)) => package,
        Ok(Err(error)) => return Err(Outcome::Fail(unknown_recipe(runner, name, &format!("package.json: {error}")))),
        Err(error) => return Err(Outcome::Fail(unknown_recipe(runner, name, &error.to_string()))),
    };
    match package["scripts"][name].as_str() {
        None => Err(Outcome::Fail(unknown_recipe(runner, name, "package.json has no such script"))),
        Some(script) if text_does_nothing(script) => Err(Outcome::Fail(empty_recipe(name))),
        Some(_) => Ok(format!("package.json has the script {name}")),
    }
}

fn unknown_recipe(runner: &str, recipe: &str, observed: &str) -> Problem {
    missing(format!("{runner} has no target `{recipe}`"))
        .expected(format!("a target `{recipe}` that rolls back"))
        .observed(observed)
        .next(format!("add `{recipe}`, or correct the rollback command"))
}

fn no_recipe(runner: &str, observed: &str) -> Problem {
    Problem::new(Reason::Missing, format!("the rollback command names no target of {runner}"))
        .expected(format!("{runner} and the name of what it is to do"))
        .observed(observed)
        .next("name the target in the rollback command")
}

fn empty_recipe(recipe: &str) -> Problem {
    not_met(format!("`{recipe}` does nothing"))
        .expected(format!("`{recipe}` switches back to the release before"))
        .observed("its recipe is empty, or holds only echo, true, exit and the like")
        .next(format!("write the rollback into `{recipe}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        shell_words::split(text).unwrap()
    }

    #[test]
    fn task_runners_are_known_by_their_name() {
        assert_eq!(Runner::of(&words("make rollback")), Some(Runner::Make));
        assert_eq!(Runner::of(&words("/usr/bin/gmake rollback")), Some(Runner::Make));
        assert_eq!(Runner::of(&words("just rollback")), Some(Runner::Just));
        assert_eq!(Runner::of(&words("npm run rollback")), Some(Runner::PackageScripts));
        assert_eq!(Runner::of(&words("npm exec x")), None);
        assert_eq!(Runner::of(&words("kubectl rollout undo")), None);
    }

    #[test]
    fn commands_of_a_recipe_count_only_where_it_stays_in_the_folder() {
        let of = |text: &str, make: &str| commands_here(text, &Arguments::sort(&words(make), OF_MAKE));
        assert_eq!(of("echo a\nsh scripts/roll_back.sh $V\n", "rollback"), [words("sh scripts/roll_back.sh '$V'")]);
        assert_eq!(of("cd deploy && sh x.sh\n", "rollback"), Vec::<Vec<String>>::new());
        assert_eq!(of("sh x.sh\n", "-C deploy rollback"), Vec::<Vec<String>>::new());
    }

    #[test]
    fn the_body_of_a_just_recipe_is_what_is_indented() {
        assert!(text_does_nothing(&just_body("# note\nrollback:\n    @echo done\n")));
        assert!(!text_does_nothing(&just_body("rollback: switch\n    @echo done\n")));
        assert!(!text_does_nothing(&just_body("rollback version:\n    kubectl rollout undo\n")));
    }
}
