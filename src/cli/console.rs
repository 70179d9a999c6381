//! The only writer of standard output and standard error, except for the live lines of a run.

use std::io::{ErrorKind, IsTerminal, Write};

use crate::probe::Environment;
use crate::probe::environment::{CI, NO_COLOR, TERM};

use super::args::Colour;

/// Writes to the caller and knows what the streams can show.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Console {
    /// Whether standard output shows colour.
    pub(crate) colour_out: bool,
    /// Whether standard error shows colour.
    pub(crate) colour_err: bool,
    /// Whether standard error can redraw lines.
    pub(crate) live: bool,
}

#[expect(clippy::unused_self, reason = "whoever writes to the caller must hold the console")]
impl Console {
    /// Decides about colour and live lines in one place: the flag, then `NO_COLOR` and `TERM`, then the streams.
    pub(crate) fn new(colour: Colour, environment: &Environment) -> Self {
        let (out, err) = (std::io::stdout().is_terminal(), std::io::stderr().is_terminal());
        let dumb = environment.get(TERM) == Some("dumb");
        let decide = |is_terminal: bool| match colour {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => is_terminal && !dumb && !environment.is_set(NO_COLOR),
        };
        Self { colour_out: decide(out), colour_err: decide(err), live: err && !dumb && !environment.is_set(CI) }
    }

    /// The columns of the terminal; 80 where there is none.
    pub(crate) fn width(self) -> u16 {
        let sizes =
            [rustix::termios::tcgetwinsize(std::io::stdout()), rustix::termios::tcgetwinsize(std::io::stderr())];
        let columns = sizes.into_iter().flatten().map(|size| size.ws_col).find(|columns| *columns > 0);
        columns.unwrap_or(80).clamp(40, 160)
    }

    /// Writes the answer to standard output. A reader that went away (`| head`) is no error.
    ///
    /// # Errors
    /// Anything else that the system says, such as a full disk.
    pub(crate) fn answer(self, text: &str) -> std::io::Result<()> {
        quiet_when_closed(write(&mut std::io::stdout().lock(), text))
    }

    /// Writes a remark to standard error.
    pub(crate) fn remark(self, text: &str) {
        // Where nobody can read remarks, nobody can read that they could not be written.
        drop(write(&mut std::io::stderr().lock(), text));
    }
}

fn write(stream: &mut impl Write, text: &str) -> std::io::Result<()> {
    stream.write_all(text.as_bytes())?;
    if !text.ends_with('\n') && !text.is_empty() {
        stream.write_all(b"\n")?;
    }
    stream.flush()
}

fn quiet_when_closed(result: std::io::Result<()>) -> std::io::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}
