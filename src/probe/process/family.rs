//! Processes that outlive the command that started them: found, named and ended.
//!
//! rollsafe is a subreaper (`prctl(2)`, `PR_SET_CHILD_SUBREAPER`): a process that loses its parent becomes a child
//! of rollsafe, even if it left its group and session with `setsid`. So whatever a command leaves behind stands
//! among our own children sooner or later. Which command it came from is told by its group, or by the mark that
//! every command has in its environment and hands on to all that it starts. What has no mark any more belongs to
//! the only command there is, or waits for the end of the run.
//!
//! The kernel keeps children per process, so there is one family per process too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitOptions, kill_process, kill_process_group, waitid, waitpid,
};

use super::relative::{Relative, children};

/// The environment variable that holds the mark. With its two `_` it is unlike any variable for a name of the run.
pub(super) const MARK: &str = "ROLLSAFE__PROCESS";

/// How often survivors are looked for until they are gone.
const ROUNDS: usize = 100;
/// The wait between two looks.
const ROUND: Duration = Duration::from_millis(1);
/// How many rounds a killed process may take to die. Only one that the kernel holds takes longer.
const DEATH_ROUNDS: usize = 2000;

/// The processes that rollsafe has to answer for.
#[derive(Debug)]
pub(super) struct Family {
    /// Children that rollsafe was handed by whoever started it. They are not ours to end.
    inherited: Vec<i32>,
    /// The mark of rollsafe itself, where a rollsafe started it.
    mark: Option<String>,
    table: Mutex<Table>,
}

/// The running commands.
#[derive(Debug, Default)]
struct Table {
    /// How many commands were started.
    started: u64,
    /// The mark of every running command, and its leader once it is started.
    running: BTreeMap<String, Option<i32>>,
}

impl Family {
    /// The one family of this process, which becomes a subreaper with it.
    pub(super) fn of_this_process() -> &'static Self {
        static FAMILY: OnceLock<Family> = OnceLock::new();
        FAMILY.get_or_init(|| {
            let inherited = children(true);
            // Where the kernel has no subreapers, the group is all there is to go by.
            #[cfg(target_os = "linux")]
            let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
            Self { inherited, mark: Relative::mark_of("self", MARK), table: Mutex::default() }
        })
    }

    /// A place for a command that is about to be started.
    pub(super) fn enter(&'static self) -> Entry {
        let outer = self.mark.as_deref().map(|mark| format!("{mark}/")).unwrap_or_default();
        let mut table = self.table();
        table.started += 1;
        let mark = format!("{outer}{}-{}", std::process::id(), table.started);
        table.running.insert(mark.clone(), None);
        Entry { family: self, mark }
    }

    /// Ends every command that still runs, and everything that any command left behind; one line each. The
    /// leaders are left to be reaped by who started them.
    pub(super) fn sweep(&self) -> Vec<String> {
        let leaders: Vec<i32> = self.table().running.values().copied().flatten().collect();
        let leaders: Vec<Pid> = leaders.into_iter().filter_map(Pid::from_raw).collect();
        for &leader in &leaders {
            let _ = kill_process_group(leader, Signal::KILL);
        }
        // What a leader leaves behind becomes our child when the leader is dead.
        for leader in leaders {
            await_death(leader);
        }
        self.end_all(None, true)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks for survivors, names and ends them, until there are none. `scan` also looks where that is slow.
    fn end_all(&self, mine: Option<&str>, scan: bool) -> Vec<String> {
        let mut named = BTreeMap::new();
        for _ in 0..ROUNDS {
            let found = self.survivors(mine, scan);
            if found.is_empty() {
                return named
                    .into_values()
                    .map(|name| format!("{name} outlived its command and was ended"))
                    .collect();
            }
            for survivor in found.into_iter().filter(|survivor| !survivor.is_dying) {
                end(&survivor);
                named.entry(survivor.pid).or_insert(survivor.name);
            }
            std::thread::sleep(ROUND);
        }
        named
            .into_values()
            .map(|name| format!("{name} outlived its command and could not be ended for certain"))
            .collect()
    }

    /// Our children that outlived a command. The dead among them are reaped.
    fn survivors(&self, mine: Option<&str>, scan: bool) -> Vec<Relative> {
        let children = children(scan);
        let table = self.table();
        let is_leader = |pid: &i32| table.running.values().any(|leader| leader.as_ref() == Some(pid));
        let strangers = children.into_iter().filter(|pid| !is_leader(pid) && !self.inherited.contains(pid));
        let owned =
            strangers.filter_map(|pid| Relative::look(pid, MARK)).filter(|seen| is_owned(seen, mine, &table.running));
        owned.filter(|seen| !(seen.is_dead && is_reaped(seen.pid))).collect()
    }
}

/// The place of a running command in the family. Dropping it takes the command out.
#[derive(Debug)]
pub(super) struct Entry {
    family: &'static Family,
    mark: String,
}

impl Entry {
    /// The mark that stands in the environment of the command.
    pub(super) fn mark(&self) -> &str {
        &self.mark
    }

    /// Notes who leads the group of the command.
    pub(super) fn led_by(&self, leader: Pid) {
        self.family.table().running.insert(self.mark.clone(), Some(leader.as_raw_pid()));
    }

    /// Ends everything that the command left behind; one line each.
    pub(super) fn end_survivors(&self) -> Vec<String> {
        self.family.end_all(Some(&self.mark), false)
    }

    /// Whether anything but the leader still runs in the group of the command.
    pub(super) fn has_members(&self) -> bool {
        let leader = self.leader();
        self.group().into_iter().any(|seen| !seen.is_dead && Some(seen.pid) != leader)
    }

    /// What in the group of the command a signal has stopped, by name.
    pub(super) fn stopped(&self) -> Vec<String> {
        self.group().into_iter().filter(|seen| seen.is_stopped).map(|seen| seen.name).collect()
    }

    /// Our children in the group of the command, its leader included.
    fn group(&self) -> Vec<Relative> {
        let leader = self.leader();
        let seen = children(false).into_iter().chain(leader).collect::<BTreeSet<_>>().into_iter();
        seen.filter_map(|pid| Relative::look(pid, MARK)).filter(|seen| Some(seen.group) == leader).collect()
    }

    fn leader(&self) -> Option<i32> {
        self.family.table().running.get(&self.mark).copied().flatten()
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.family.table().running.remove(&self.mark);
    }
}

/// Waits until a child is dead, for a bounded time, and does not reap it.
pub(super) fn await_death(child: Pid) {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    for _ in 0..DEATH_ROUNDS {
        match waitid(WaitId::Pid(child), options) {
            Ok(None) => std::thread::sleep(ROUND),
            Ok(Some(_)) | Err(_) => return,
        }
    }
}

/// Whether a command, or the end of the run, has to end a process that lost its parent.
fn is_owned(seen: &Relative, mine: Option<&str>, running: &BTreeMap<String, Option<i32>>) -> bool {
    let own_group = rustix::process::getpgrp().as_raw_pid();
    if seen.group == own_group {
        // Commands have groups of their own: this one was started in another way, and somebody waits for it.
        return false;
    }
    let by_group = running.iter().find(|(_, leader)| **leader == Some(seen.group)).map(|(mark, _)| mark);
    let by_mark = || running.keys().find(|mark| seen.mark.as_deref().is_some_and(|seen| is_within(seen, mark)));
    match (by_group.or_else(by_mark), mine) {
        (Some(owner), Some(mine)) => owner == mine,
        (None, Some(_)) => running.len() == 1,
        (Some(_) | None, None) => true,
    }
}

/// Whether a mark is the one of a command, or of something that a rollsafe started inside that command.
fn is_within(seen: &str, mark: &str) -> bool {
    seen.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn end(survivor: &Relative) {
    let numbers = (Pid::from_raw(survivor.pid), Pid::from_raw(survivor.group));
    // Either may be gone by now, which is what this aims at.
    if let (Some(pid), Some(group)) = numbers {
        let _ = kill_process_group(group, Signal::KILL);
        let _ = kill_process(pid, Signal::KILL);
    }
}

fn is_reaped(pid: i32) -> bool {
    Pid::from_raw(pid).is_some_and(|pid| matches!(waitpid(Some(pid), WaitOptions::NOHANG), Ok(Some(_))))
}
