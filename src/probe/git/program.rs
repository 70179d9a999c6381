//! Asking the git program, for what libgit2 cannot do: remotes with the credentials of the user, filters,
//! signatures, wide working trees.
//!
//! The program never asks a person, never takes a lock that it does not need, and always looks at the very
//! repository that libgit2 has opened, whatever variables a hook has left in the environment. Credentials that
//! the caller has set up are left alone.

use std::path::{Path, PathBuf};

use crate::model::excerpt;
use crate::probe::environment::{Environment, GIT_ASKPASS, GIT_SSH, GIT_SSH_COMMAND};
use crate::probe::limit::{Limit, Stop};
use crate::probe::process::{Captured, Command, Exit, Finished, Process, ProcessError};

use super::{GitError, Repository};

/// How many bytes of each stream are kept: the paths of some 300,000 files. A longer answer is an error.
const KEEP: usize = 32 * 1024 * 1024;

/// What a question to the git program needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GitProgram<'a> {
    /// Starts it.
    pub(crate) process: &'a Process,
    /// Ends it.
    pub(crate) limit: &'a Limit,
    /// Tells which credentials the caller has set up.
    pub(crate) environment: &'a Environment,
}

/// Where the repository is, so that the program looks at the same one as libgit2.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The folder to start in.
    folder: PathBuf,
    git_folder: Option<PathBuf>,
    work_tree: Option<PathBuf>,
    has_ssh_command: bool,
}

impl Place {
    /// A folder whose repository only the program can open.
    pub(super) fn unopened(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), git_folder: None, work_tree: None, has_ssh_command: false }
    }

    fn environment(&self, environment: &Environment) -> Vec<(String, String)> {
        let mut variables = vec![("GIT_TERMINAL_PROMPT", "0"), ("GIT_OPTIONAL_LOCKS", "0"), ("LC_ALL", "C")];
        if !environment.is_set(GIT_ASKPASS) {
            variables.push((GIT_ASKPASS, ""));
        }
        if !(environment.is_set(GIT_SSH_COMMAND) || environment.is_set(GIT_SSH) || self.has_ssh_command) {
            variables.push((GIT_SSH_COMMAND, "ssh -oBatchMode=yes"));
        }
        let fixed = variables.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let git_folder = self.git_folder.iter().flat_map(|folder| {
            [("GIT_DIR".to_owned(), text(folder)), ("GIT_INDEX_FILE".to_owned(), text(&folder.join("index")))]
        });
        let work_tree = self.work_tree.iter().map(|folder| ("GIT_WORK_TREE".to_owned(), text(folder)));
        fixed.chain(git_folder).chain(work_tree).collect()
    }
}

impl Repository {
    /// Where the repository is.
    pub(super) fn place(&self) -> Place {
        let work_tree = self.inner.workdir().map(Path::to_owned);
        Place {
            folder: work_tree.clone().unwrap_or(self.inner.path().to_owned()),
            git_folder: Some(self.inner.path().to_owned()),
            work_tree,
            has_ssh_command: self.text_setting("core.sshCommand").is_some(),
        }
    }
}

impl GitProgram<'_> {
    /// Runs git to its end and hands back everything that it wrote.
    ///
    /// # Errors
    /// When git is missing or was stopped. Its exit status is for the caller to judge.
    pub(super) async fn run(self, place: &Place, arguments: &[&str]) -> Result<Finished, GitError> {
        let argv = std::iter::once("git").chain(arguments.iter().copied()).map(str::to_owned).collect();
        let mut command = Command::new(argv, &place.folder);
        command.environment = place.environment(self.environment);
        command.keep = KEEP;
        let finished = self.process.run(&command, self.limit, &|_, _| {}).await;
        let finished = finished.map_err(|error| not_started(&shown(arguments), error))?;
        match finished.exit {
            Exit::Status(_) | Exit::Signal(_) => Ok(finished),
            Exit::TimedOut => Err(GitError::Stopped(Stop::TimedOut)),
            Exit::Cancelled => Err(GitError::Stopped(Stop::Cancelled)),
        }
    }

    /// Runs git and hands back its standard output, whole.
    ///
    /// # Errors
    /// When git is missing, was stopped, ended with another status than 0, or wrote more than is kept.
    pub(super) async fn read(self, place: &Place, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        let finished = self.run(place, arguments).await?;
        match finished.exit {
            Exit::Status(0) => whole(&shown(arguments), finished.stdout),
            Exit::Status(_) | Exit::Signal(_) | Exit::TimedOut | Exit::Cancelled => {
                Err(GitError::Program { command: shown(arguments), detail: complaint(&finished.stderr) })
            }
        }
    }
}

fn not_started(command: &str, error: ProcessError) -> GitError {
    match error {
        ProcessError::NotFound { .. } => GitError::ProgramMissing,
        ProcessError::NoFolder { folder, .. } => GitError::NoRepository { folder },
        ProcessError::Start { source, .. } => {
            GitError::Program { command: command.to_owned(), detail: source.to_string() }
        }
    }
}

/// All bytes of a stream.
fn whole(command: &str, captured: Captured) -> Result<Vec<u8>, GitError> {
    if !captured.is_whole() {
        let detail = format!("it has {} bytes, and at most {KEEP} are read", captured.total);
        return Err(GitError::Unreadable { command: command.to_owned(), detail });
    }
    let mut bytes = captured.head;
    bytes.extend(captured.tail);
    Ok(bytes)
}

/// What git and the programs under it complained about, on one line, without the advice that follows.
fn complaint(stderr: &Captured) -> String {
    let text = stderr.text();
    let lines = text.lines().map(str::trim).take_while(|line| !line.starts_with("Please make sure"));
    let lines = lines.filter(|line| !line.is_empty()).map(|line| line.strip_prefix("fatal: ").unwrap_or(line));
    let said = lines.collect::<Vec<_>>().join("; ");
    if said.is_empty() { "it said nothing".to_owned() } else { excerpt(&super::remote::without_userinfo(&said), 300) }
}

/// A command as a person would type it, without the settings that only a program needs.
pub(super) fn shown(arguments: &[&str]) -> String {
    let mut words = vec!["git"];
    let mut rest = arguments.iter();
    while let Some(&argument) = rest.next() {
        if argument == "-c" {
            rest.next();
        } else {
            words.push(argument);
        }
    }
    shell_words::join(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::git::sandbox::Sandbox;

    fn of(place: &Place, environment: &Environment, name: &str) -> Option<String> {
        let variables = place.environment(environment);
        variables.into_iter().find(|(found, _)| found == name).map(|(_, value)| value)
    }

    #[test]
    fn nobody_is_asked_and_what_the_caller_has_set_up_stays() {
        let sandbox = Sandbox::new();
        let place = sandbox.probe().ask_now(|repository| Ok(repository.place())).unwrap();
        let plain = Environment::default();
        assert_eq!(of(&place, &plain, GIT_SSH_COMMAND).as_deref(), Some("ssh -oBatchMode=yes"));
        assert_eq!(of(&place, &plain, GIT_ASKPASS).as_deref(), Some(""));
        assert_eq!(of(&place, &plain, "GIT_TERMINAL_PROMPT").as_deref(), Some("0"));
        let own = Environment::of([(GIT_SSH_COMMAND, "ssh -i key"), (GIT_ASKPASS, "/ci/askpass")]);
        assert_eq!((of(&place, &own, GIT_SSH_COMMAND), of(&place, &own, GIT_ASKPASS)), (None, None));
        sandbox.git(&["config", "core.sshCommand", "ssh -i key"]);
        let place = sandbox.probe().ask_now(|repository| Ok(repository.place())).unwrap();
        assert_eq!(of(&place, &plain, GIT_SSH_COMMAND), None);
    }

    #[tokio::test]
    async fn the_program_looks_at_the_repository_that_the_library_opened() {
        let sandbox = Sandbox::new();
        sandbox.git(&["worktree", "add", "-q", "-b", "other", "../other"]);
        let git = super::super::Git::new(sandbox.outside().join("other"));
        let place = git.ask_now(|repository| Ok(repository.place())).unwrap();
        let branch = sandbox.program().read(&place, &["symbolic-ref", "--short", "HEAD"]).await.unwrap();
        assert_eq!(branch, b"other\n");
        let top = sandbox.program().read(&place, &["rev-parse", "--show-toplevel"]).await.unwrap();
        assert!(String::from_utf8_lossy(&top).trim().ends_with("/other"));
    }

    #[tokio::test]
    async fn a_failure_is_told_in_the_words_of_git_and_without_its_advice() {
        let sandbox = Sandbox::new();
        let place = Place::unopened(&sandbox.root());
        let error =
            sandbox.program().read(&place, &["-c", "a.b=c", "rev-parse", "--verify", "x y"]).await.unwrap_err();
        let GitError::Program { command, detail } = error else { panic!("{error:?}") };
        assert_eq!((command.as_str(), detail.as_str()), ("git rev-parse --verify 'x y'", "Needed a single revision"));
    }
}
