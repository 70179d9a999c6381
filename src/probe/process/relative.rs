//! What `/proc` tells of the children of this process (`proc(5)`). Elsewhere there is nothing to be told.

use std::path::Path;

use crate::model::excerpt;

/// How many characters of a command line are shown.
const SHOWN: usize = 80;

/// The flag of a process that is about to die (`include/linux/sched.h`, `PF_EXITING`). It closes its files
/// before it is dead.
const EXITING: u32 = 0x4;

/// One process, as `/proc` shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Relative {
    /// Its number.
    pub(super) pid: i32,
    /// The number of its group.
    pub(super) group: i32,
    /// Whether it only waits to be reaped.
    pub(super) is_dead: bool,
    /// Whether it is about to die and only has to be waited for.
    pub(super) is_dying: bool,
    /// Whether a signal stopped it.
    pub(super) is_stopped: bool,
    /// The mark in its environment.
    pub(super) mark: Option<String>,
    /// Its command line and number, for people.
    pub(super) name: String,
}

impl Relative {
    /// Looks at a process; nothing when it is gone.
    pub(super) fn look(pid: i32, mark: &str) -> Option<Self> {
        let Status { state, group, flags, .. } = Status::of(&read(pid, "stat")?)?;
        let name = format!("`{}` (process {pid})", command_line(pid));
        let mark = Self::mark_of(&pid.to_string(), mark);
        let (is_dead, is_dying, is_stopped) = (matches!(state, 'Z' | 'X'), flags & EXITING != 0, state == 'T');
        Some(Self { pid, group, is_dead, is_dying, is_stopped, mark, name })
    }

    /// The value of an environment variable that a process was started with. `self` is this process.
    pub(super) fn mark_of(process: &str, variable: &str) -> Option<String> {
        let environment = std::fs::read(Path::new("/proc").join(process).join("environ")).ok()?;
        environment.split(|&byte| byte == 0).find_map(|entry| {
            let value = entry.strip_prefix(variable.as_bytes())?.strip_prefix(b"=")?;
            String::from_utf8(value.to_vec()).ok()
        })
    }
}

/// The children of the main thread, which are also all that lost their parents. Where the kernel does not list
/// them, all processes are looked through if `scan` says so.
pub(super) fn children(scan: bool) -> Vec<i32> {
    let own = std::process::id();
    match std::fs::read_to_string(format!("/proc/self/task/{own}/children")) {
        Ok(list) => list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect(),
        Err(_) if scan => scan_for_children(own),
        Err(_) => Vec::new(),
    }
}

fn scan_for_children(own: u32) -> Vec<i32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|&pid| parent(pid).is_some_and(|parent| i64::from(parent) == i64::from(own))).collect()
}

fn parent(pid: i32) -> Option<i32> {
    Status::of(&read(pid, "stat")?).map(|status| status.parent)
}

/// What `/proc/PID/stat` holds of what is looked at here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Status {
    state: char,
    parent: i32,
    group: i32,
    flags: u32,
}

impl Status {
    /// Reads the fields behind the name in parentheses, which may hold anything, also parentheses.
    fn of(stat: &str) -> Option<Self> {
        let fields: Vec<&str> = stat.get(stat.rfind(')')? + 1..)?.split_whitespace().collect();
        let number = |at: usize| fields.get(at)?.parse().ok();
        let flags = fields.get(6)?.parse().ok()?;
        Some(Self { state: fields.first()?.chars().next()?, parent: number(1)?, group: number(2)?, flags })
    }
}

fn command_line(pid: i32) -> String {
    let line = read(pid, "cmdline").unwrap_or_default().replace('\0', " ");
    let line = if line.trim().is_empty() { read(pid, "comm").unwrap_or_default() } else { line };
    excerpt(&line, SHOWN)
}

fn read(pid: i32, file: &str) -> Option<String> {
    let bytes = std::fs::read(format!("/proc/{pid}/{file}")).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_does_not_shift_the_fields() {
        let status = Status { state: 'S', parent: 3, group: 44, flags: 4 };
        assert_eq!(Status::of("12 (a) (b) c) S 3 44 5 0 -1 4 0 0"), Some(status));
        assert_eq!(Status::of("12 (cut"), None);
    }

    #[test]
    fn this_process_is_seen_as_it_is() {
        let own = i32::try_from(std::process::id()).unwrap();
        let seen = Relative::look(own, "ROLLSAFE_NO_SUCH_VARIABLE").unwrap();
        let facts = (seen.is_dead, seen.is_dying, seen.is_stopped, seen.mark);
        assert_eq!((seen.pid, facts), (own, (false, false, false, None)));
        assert_eq!(seen.group, rustix::process::getpgrp().as_raw_pid());
        assert!(seen.name.ends_with(&format!("(process {own})")), "{}", seen.name);
    }
}
