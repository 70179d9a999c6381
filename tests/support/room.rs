//! A sealed room: a folder with a service of its own, a scrubbed environment, a home of its own, loopback only.
//!
//! Every test drives the real program in such a room. A room that is dropped takes its folder and its servers
//! with it.

#[path = "python.rs"]
pub(crate) mod python;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

/// The service file of a room that writes none of its own.
const SERVICE_FILE: &str = "[service]\nname = \"room\"\nowner = \"team-room\"\nrollback = \"make rollback\"\n";

/// A folder with a service, and everything around it that must not leak in.
pub(crate) struct Room {
    folder: tempfile::TempDir,
    variables: BTreeMap<String, String>,
    environment: BTreeMap<String, String>,
    service_file: String,
}

/// What a handler of [`Room::serve`] is given.
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// What a handler of [`Room::serve`] gives back: status, headers, body.
pub(crate) type Answer = (u16, Vec<(&'static str, String)>, String);

impl Room {
    /// An empty room with a plain service file.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        std::fs::create_dir_all(folder.path().join("home")).expect("the home can be made");
        std::fs::create_dir_all(folder.path().join("service")).expect("the service folder can be made");
        Self {
            folder,
            variables: BTreeMap::new(),
            environment: BTreeMap::new(),
            service_file: SERVICE_FILE.to_owned(),
        }
    }

    /// The folder of the service.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("service")
    }

    /// The folder around the service, for remotes and the like.
    pub(crate) fn outside(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of the service; folders are made.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("folders can be made");
        std::fs::write(path, text).expect("a file can be written");
    }

    /// Adds lines to the service file.
    pub(crate) fn service_file(&mut self, more: &str) {
        self.service_file.push_str(more);
    }

    /// Sets a variable that checklists see as `{{ name }}`.
    pub(crate) fn variable(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
    }

    /// Sets an environment variable of the program.
    pub(crate) fn environment(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    /// Runs git in the service, with a fixed identity and without the settings of the machine.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_in(&self.root(), arguments)
    }

    /// Runs git in any folder of the room.
    pub(crate) fn git_in(&self, folder: &Path, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        self.seal(&mut command);
        let output = command.current_dir(folder).args(arguments).output().expect("git can be started");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Runs the program in the service with the room's variables.
    pub(crate) fn rollsafe(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program can be started")
    }

    /// The program, ready to be started, for tests that stop it half-way.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let file = self.root().join("rollsafe.toml");
        if !file.exists() {
            std::fs::write(file, &self.service_file).expect("the service file can be written");
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_rollsafe"));
        self.seal(&mut command);
        command.envs(&self.environment).current_dir(self.root()).args(arguments);
        if matches!(arguments.first(), Some(&"run" | &"plan" | &"check")) {
            for (name, value) in &self.variables {
                command.arg("--var").arg(format!("{name}={value}"));
            }
        }
        command
    }

    /// Takes the environment away and gives back only what every program needs.
    fn seal(&self, command: &mut Command) {
        let path = std::env::var("PATH").expect("PATH is set");
        let home = self.folder.path().join("home");
        command.env_clear().env("PATH", path).env("HOME", &home).env("LC_ALL", "C.UTF-8");
        for (name, value) in [
            ("GIT_CONFIG_NOSYSTEM", "1"),
            ("GIT_AUTHOR_NAME", "Test"),
            ("GIT_AUTHOR_EMAIL", "test@example.test"),
            ("GIT_COMMITTER_NAME", "Test"),
            ("GIT_COMMITTER_EMAIL", "test@example.test"),
            ("GIT_AUTHOR_DATE", "2026-01-02T03:04:05Z"),
            ("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z"),
        ] {
            command.env(name, value);
        }
    }

    /// Starts a server on a free port of loopback that answers with `handler`, and returns its base URL.
    pub(crate) fn serve(&self, handler: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> String {
        let handler = Arc::new(handler);
        self.serve_raw(move |stream| {
            let handler = Arc::clone(&handler);
            answer(stream, &*handler);
        })
    }

    /// Starts a server on a free port of loopback that hands every connection to `connection`, on a thread of its
    /// own, and returns its base URL. For servers that do not speak HTTP as they should.
    pub(crate) fn serve_raw(&self, connection: impl Fn(TcpStream) + Send + Sync + 'static) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("a listener has an address");
        let connection = Arc::new(connection);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let connection = Arc::clone(&connection);
                std::thread::spawn(move || connection(stream));
            }
        });
        format!("http://{address}")
    }
}

/// Reads one request and writes one answer.
fn answer(mut stream: TcpStream, handler: &dyn Fn(&Request) -> Answer) {
    let Some(request) = read_request(&stream) else { return };
    let (status, headers, body) = handler(&request);
    let mut text = format!("HTTP/1.1 {status} Status\r\ncontent-length: {}\r\nconnection: close\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    if request.method != "HEAD" {
        text.push_str(&body);
    }
    drop(stream.write_all(text.as_bytes()));
}

fn read_request(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, path, headers, body: String::from_utf8_lossy(&body).into_owned() })
}
