//! Where a document goes: `FORMAT=PATH`, written whole or not at all.

use std::fmt;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::{FORMATS, Format, find};

/// How similar a name must be to be offered instead (Jaro-Winkler, 0 to 1).
const SIMILAR: f64 = 0.7;

/// A document that was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    /// Its form.
    pub(crate) format: &'static Format,
    /// Where it goes.
    pub(crate) place: Place,
}

/// Where a document goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Standard output, written as `-`.
    Stdout,
    /// A file.
    File(PathBuf),
}

/// Why a text is no destination.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DestinationError {
    /// It has no equals sign.
    #[error("write it as FORMAT=PATH, such as `junit=reports/rollsafe.xml`")]
    NoFormat,
    /// Nothing stands behind the equals sign.
    #[error("no path stands behind `{format}=`; `{format}=-` is standard output")]
    NoPath {
        /// The format.
        format: String,
    },
    /// There is no such format.
    #[error("there is no format `{name}`; {}the formats are {}", nearest(name), names())]
    UnknownFormat {
        /// As it was written.
        name: String,
    },
}

/// Why a document could not be written.
#[derive(Debug, thiserror::Error)]
#[error("the {format} report could not be written to {destination}")]
pub(crate) struct ReportError {
    /// The name of its form.
    pub(crate) format: &'static str,
    /// Where it should have gone.
    pub(crate) destination: Place,
    /// What the system said.
    pub(crate) source: std::io::Error,
}

impl Destination {
    /// Reads `FORMAT=PATH`; the path `-` is standard output.
    ///
    /// # Errors
    /// When it has another form, or names no format that there is.
    pub(crate) fn parse(text: &str) -> Result<Self, DestinationError> {
        let (name, path) = text.split_once('=').ok_or(DestinationError::NoFormat)?;
        let format = find(name).ok_or_else(|| DestinationError::UnknownFormat { name: name.to_owned() })?;
        let place = match path {
            "" => return Err(DestinationError::NoPath { format: name.to_owned() }),
            "-" => Place::Stdout,
            path => Place::File(path.into()),
        };
        Ok(Self { format, place })
    }

    /// Writes the whole document, or leaves what was there as it was. A reader of standard output who has gone
    /// away is no error.
    ///
    /// # Errors
    /// When the place cannot be written.
    pub(crate) fn write(&self, document: &str) -> Result<(), ReportError> {
        let written = match &self.place {
            Place::Stdout => to_stdout(document),
            Place::File(path) => to_file(path, document),
        };
        written.map_err(|source| ReportError { format: self.format.name, destination: self.place.clone(), source })
    }
}

/// Adds a document to the end of a file in one go, as the summary of a GitHub step wants it.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn append(format: &'static Format, path: &Path, document: &str) -> Result<(), ReportError> {
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(document.as_bytes())).map_err(|source| ReportError {
        format: format.name,
        destination: Place::File(path.to_owned()),
        source,
    })
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => formatter.write_str("standard output"),
            Self::File(path) => write!(formatter, "`{}`", path.display()),
        }
    }
}

fn to_stdout(document: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(document.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Writes beside the file and then takes its place. A pipe or a device cannot be replaced and is written to; a
/// link stays, and the file behind it is replaced.
fn to_file(path: &Path, document: &str) -> std::io::Result<()> {
    if let Ok(existing) = std::fs::metadata(path)
        && !existing.is_file()
        && !existing.is_dir()
    {
        return std::fs::OpenOptions::new().write(true).open(path)?.write_all(document.as_bytes());
    }
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = temporary(folder)?;
    file.write_all(document.as_bytes())?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

/// A file that is gone unless it is persisted. Its rights are those of any new file, not of a private one.
fn temporary(folder: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".rollsafe-");
    #[cfg(unix)]
    let rights = std::os::unix::fs::PermissionsExt::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(rights);
    builder.tempfile_in(folder)
}

fn names() -> String {
    FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().join(", ")
}

fn nearest(name: &str) -> String {
    let similarity = |format: &&Format| strsim::jaro_winkler(name, format.name);
    let nearest = FORMATS.iter().copied().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
    match nearest.filter(|format| similarity(format) >= SIMILAR) {
        Some(format) => format!("the nearest is `{}`, ", format.name),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn destination(path: &Path) -> Destination {
        Destination { format: find("json").unwrap(), place: Place::File(path.to_owned()) }
    }

    #[test]
    fn a_destination_is_a_format_and_a_place() {
        let parsed = Destination::parse("junit=a=b.xml").unwrap();
        assert_eq!((parsed.format.name, parsed.place), ("junit", Place::File("a=b.xml".into())));
        assert_eq!(Destination::parse("json=-").unwrap().place, Place::Stdout);
    }

    #[test]
    fn what_is_no_destination_is_refused_with_the_form_that_is_meant() {
        assert_eq!(Destination::parse("report.xml").unwrap_err(), DestinationError::NoFormat);
        let message = Destination::parse("junti=x").unwrap_err().to_string();
        let formats = "github, json, jsonl, junit, markdown, tap, text";
        let expected = format!("there is no format `junti`; the nearest is `junit`, the formats are {formats}");
        assert_eq!(message, expected);
        assert!(Destination::parse("xml=x").unwrap_err().to_string().starts_with("there is no format `xml`; the"));
        assert_eq!(
            Destination::parse("tap=").unwrap_err().to_string(),
            "no path stands behind `tap=`; `tap=-` is standard output"
        );
    }

    #[test]
    fn folders_are_made_and_an_older_document_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/report.json");
        destination(&path).write("one, and longer").unwrap();
        destination(&path).write("two").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_place_that_cannot_be_written_is_named_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let error = destination(folder.path()).write("x").unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("the json report could not be written to `{}`", folder.path().display())
        );
        assert!(std::error::Error::source(&error).is_some());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_others_may_read_the_document() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real.json"), folder.path().join("link.json"));
        std::fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        destination(&link).write("new").unwrap();
        assert!(link.is_symlink());
        assert_eq!(std::fs::read_to_string(&real).unwrap(), "new");
        assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o444, 0o444);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to_and_not_replaced() {
        destination(Path::new("/dev/null")).write("x").unwrap();
        assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
    }

    #[test]
    fn a_summary_is_added_to_what_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("summary.md");
        append(find("markdown").unwrap(), &path, "one\n").unwrap();
        append(find("markdown").unwrap(), &path, "two\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\n");
    }
}
