//! One side of a comparison: where its configuration comes from, and reading it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::kind::check::identity::Identified;
use crate::kind::check::{CommandLine, Context, Judgement};
use crate::model::{Evidence, Problem, Reason, excerpt};
use crate::probe::files::{FileError, sha256};
use crate::probe::http::Request;
use crate::probe::process::{Exit, Finished};

use super::document::{self, Format, Settings};

/// How many characters of an error message of a command are shown.
const MESSAGE: usize = 200;

/// One side as a checklist writes it: a name, and one of `file`, `command`, `path` and `url`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct WrittenSide {
    /// What messages call this side, such as `staging`.
    name: String,
    /// A file, relative to the service: TOML, JSON or `.env` lines.
    #[serde(default)]
    file: Option<String>,
    /// A command that prints the configuration, such as one that asks the running process for the settings that it
    /// has loaded. What it prints is never shown.
    #[serde(default)]
    command: Option<CommandLine>,
    /// A path of the target that answers with the configuration that the running service has loaded. The target shows
    /// first that it is the release under test. The answer is never shown.
    #[serde(default)]
    path: Option<String>,
    /// A whole URL that answers with the configuration of another running service. The answer is never shown.
    #[serde(default)]
    url: Option<String>,
    /// Headers of the request, for `path` and `url`. A table of texts. Default: none.
    #[serde(default)]
    headers: BTreeMap<String, String>,
    /// The form: `toml`, `json` or `dotenv`. For a file its name tells; otherwise the default is `json`.
    #[serde(default)]
    format: Option<Format>,
}

/// Where a configuration comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// A file of the service.
    File(String),
    /// The output of a command.
    Command(CommandLine),
    /// What the target answers.
    Path(String),
    /// What another service answers.
    Url(String),
}

/// One side of a comparison.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(try_from = "WrittenSide")]
#[schemars(with = "WrittenSide")]
pub(super) struct Side {
    pub(super) name: String,
    pub(super) source: Source,
    headers: BTreeMap<String, String>,
    format: Format,
}

impl TryFrom<WrittenSide> for Side {
    type Error = String;

    fn try_from(written: WrittenSide) -> Result<Self, String> {
        if written.name.trim().is_empty() {
            return Err("a side needs a `name`, such as \"staging\"".to_owned());
        }
        let asks = written.path.is_some() || written.url.is_some();
        if !asks && !written.headers.is_empty() {
            return Err("`headers` go with `path` or `url`".to_owned());
        }
        let source = Source::only([
            written.file.map(Source::File),
            written.command.map(Source::Command),
            written.path.map(Source::Path),
            written.url.map(Source::Url),
        ])?;
        let format = written.format.map_or_else(|| source.usual_format(), Ok)?;
        Ok(Self { name: written.name, source, headers: written.headers, format })
    }
}

impl Source {
    /// The one source that is given.
    fn only(given: [Option<Self>; 4]) -> Result<Self, String> {
        let mut given = given.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(Self::Path(path)), None) if !path.starts_with('/') => {
                Err(format!("the path `{path}` does not begin with a slash"))
            }
            (Some(source), None) => Ok(source),
            (None, _) => Err("a side needs `file`, `command`, `path` or `url`".to_owned()),
            (Some(_), Some(_)) => Err("a side has only one of `file`, `command`, `path` and `url`".to_owned()),
        }
    }

    fn usual_format(&self) -> Result<Format, String> {
        match self {
            Self::Command(_) | Self::Path(_) | Self::Url(_) => Ok(Format::Json),
            Self::File(file) => Format::of_file(file).ok_or_else(|| {
                format!(
                    "the name `{file}` does not tell the form; add format = \"toml\", \"json\" or \"dotenv\", or use a \
                     command that prints one of them"
                )
            }),
        }
    }
}

/// The configuration of a side, as it was read.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) settings: Settings,
    /// The SHA-256 of what was read, in hex.
    digest: String,
    /// Where it really came from: the true path of a file or the whole URL; nothing for a command.
    place: Option<String>,
    /// Whether the release that answered was shown to be the one under test; nothing where no release answers.
    is_identified: Option<bool>,
}

/// A configuration before it is taken apart.
struct Raw {
    text: String,
    place: Option<String>,
    is_identified: Option<bool>,
}

impl Loaded {
    /// Whether what was read is the same to the last byte.
    pub(super) fn is_copy_of(&self, other: &Self) -> bool {
        self.digest == other.digest
    }

    /// Whether something answered of which nobody knows which release it is.
    pub(super) fn is_unidentified(&self) -> bool {
        self.is_identified == Some(false)
    }
}

impl Side {
    /// Where it comes from, for messages.
    pub(super) fn origin(&self) -> String {
        match &self.source {
            Source::File(file) => format!("the file {file}"),
            Source::Command(command) => format!("the output of `{command}`"),
            Source::Path(path) => format!("the answer of {path}"),
            Source::Url(url) => format!("the answer of {url}"),
        }
    }

    /// Whether the target is asked.
    pub(super) fn asks_target(&self) -> bool {
        matches!(self.source, Source::Path(_))
    }

    /// Reads the configuration.
    ///
    /// # Errors
    /// The judgement of the step, when there is nothing to compare.
    pub(super) async fn load(&self, context: &Context) -> Result<Loaded, Judgement> {
        let Raw { text, place, is_identified } = match &self.source {
            Source::File(file) => self.read_file(context, file).map_err(|early| *early)?,
            Source::Command(command) => self.read_output(context, command).await?,
            Source::Path(path) => self.ask_target(context, path).await?,
            Source::Url(url) => self.ask(context, url.clone(), false).await?,
        };
        let settings = document::read(&text, self.format)
            .map_err(|message| Judgement::error(self.unreadable(&message, &self.origin())))?;
        if settings.is_empty() {
            return Err(Judgement::error(self.empty()));
        }
        Ok(Loaded { settings, digest: sha256(text.as_bytes()), place, is_identified })
    }

    /// Whether both sides were read at one and the same place.
    pub(super) fn is_at_the_place_of(&self, own: &Loaded, other: &Self, theirs: &Loaded) -> bool {
        self.source == other.source || (own.place.is_some() && own.place == theirs.place)
    }

    /// What a reader should know about where the values come from.
    pub(super) fn evidence(&self, loaded: &Loaded) -> Evidence {
        let note = match self.source {
            Source::File(_) => "; the running process was not asked what it has loaded",
            Source::Command(_) | Source::Path(_) => "",
            Source::Url(_) => "; nothing shows which release answered there",
        };
        let text = format!("{} settings from {}{note}", loaded.settings.len(), self.origin());
        Evidence::text(&self.name, text)
    }

    fn read_file(&self, context: &Context, file: &str) -> Result<Raw, Box<Judgement>> {
        let text = context.probes.files.read(file).map_err(|error| {
            let problem = match error {
                FileError::Missing { .. } => self.no_data(&error.to_string()),
                FileError::TooLarge { .. } | FileError::NotText { .. } => self.unreadable(&error.to_string(), file),
                FileError::Read { ref source, .. } => self.no_data(&format!("{error}: {source}")),
            };
            Box::new(Judgement::error(problem))
        })?;
        let place = context.probes.files.canonical(file).map(|path| path.display().to_string());
        Ok(Raw { text, place, is_identified: None })
    }

    /// Asks the target, which shows first that it is the release under test.
    async fn ask_target(&self, context: &Context, path: &str) -> Result<Raw, Judgement> {
        let is_identified = match context.identity().await? {
            Identified::Proven(_) => true,
            Identified::Unidentified => false,
        };
        self.ask(context, context.url_of(path)?, is_identified).await
    }

    async fn ask(&self, context: &Context, url: String, is_identified: bool) -> Result<Raw, Judgement> {
        let mut request = Request::new("GET", &url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let response = context.ask(&context.fresh(request)).await?;
        if response.status != 200 {
            return Err(Judgement::error(self.no_data(&format!("status {} instead of 200", response.status))));
        }
        if response.truncated {
            return Err(Judgement::error(self.unreadable("an answer of more bytes than are kept", &url)));
        }
        Ok(Raw { text: response.text(), place: Some(url), is_identified: Some(is_identified) })
    }

    async fn read_output(&self, context: &Context, command: &CommandLine) -> Result<Raw, Judgement> {
        let finished = context.run_unseen(&context.command(command)).await?;
        if finished.exit != Exit::Status(0) {
            return Err(Judgement::error(self.command_failed(command, &finished)));
        }
        if !finished.stdout.is_whole() {
            let message = format!("it printed {} bytes, more than are kept", finished.stdout.total);
            return Err(Judgement::error(self.unreadable(&message, &command.to_string())));
        }
        Ok(Raw { text: finished.stdout.text(), place: None, is_identified: None })
    }

    fn no_data(&self, message: &str) -> Problem {
        Problem::new(Reason::NoData, format!("the configuration of {} could not be read", self.name))
            .expected(format!("{} with settings in it", self.origin()))
            .observed(message)
            .next(format!("correct the side `{}` of the step, or bring {} back", self.name, self.origin()))
    }

    fn unreadable(&self, message: &str, place: &str) -> Problem {
        Problem::new(Reason::Unparsable, format!("the configuration of {} cannot be read", self.name))
            .expected(format!("{} in {}", self.format.as_str(), self.origin()))
            .observed(message)
            .next(format!("correct {place}, or name its form with `format` in the side `{}`", self.name))
    }

    fn empty(&self) -> Problem {
        Problem::new(Reason::ZeroWork, format!("the configuration of {} is empty", self.name))
            .expected(format!("at least one setting in {}", self.origin()))
            .observed("0 settings, so there is nothing to compare")
            .next(format!("look at {}; is it the one that {} really uses?", self.origin(), self.name))
    }

    fn command_failed(&self, command: &CommandLine, finished: &Finished) -> Problem {
        let errors = finished.stderr.text();
        let last = errors.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("nothing on standard error");
        Problem::new(Reason::ToolFailed, format!("the command that prints the configuration of {} failed", self.name))
            .expected(format!("`{command}` ends with status 0"))
            .observed(format!("{}; {}", finished.exit_in_words(), excerpt(last, MESSAGE)))
            .next(format!("run `{command}` by hand"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(text: &str) -> Result<Side, String> {
        toml::from_str(text).map_err(|error: toml::de::Error| error.message().to_owned())
    }

    #[test]
    fn a_side_has_exactly_one_source() {
        let file = side("name = \"staging\"\nfile = \"settings/staging.toml\"").unwrap();
        assert_eq!((file.source, file.format), (Source::File("settings/staging.toml".to_owned()), Format::Toml));
        let command = side("name = \"staging\"\ncommand = \"make config\"").unwrap();
        assert_eq!(command.format, Format::Json);
        assert_eq!(side("name = \"a\"").unwrap_err(), "a side needs `file`, `command`, `path` or `url`");
        assert!(side("name = \"a\"\nfile = \"a.toml\"\ncommand = \"b\"").is_err());
        assert!(side("name = \"a\"\npath = \"config\"").unwrap_err().contains("does not begin with a slash"));
        assert!(side("name = \"a\"\nfile = \"a.toml\"\nheaders = { a = \"b\" }").is_err());
        assert!(side("name = \"a\"\npath = \"/config\"\nheaders = { a = \"b\" }").unwrap().asks_target());
        assert!(side("name = \" \"\nfile = \"a.toml\"").is_err());
    }

    #[test]
    fn a_file_whose_name_tells_no_form_needs_one() {
        assert!(side("name = \"a\"\nfile = \"settings.yaml\"").unwrap_err().contains("does not tell the form"));
        let named = side("name = \"a\"\nfile = \"settings\"\nformat = \"dotenv\"").unwrap();
        assert_eq!(named.format, Format::Dotenv);
    }
}
