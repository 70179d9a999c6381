//! Which step may start now.
//!
//! Pure state, no waiting. A step may start when everything it needs is good, its phase has come, its locks are
//! free and a place is free. There are no barriers but the phases: a step starts the moment its last need is good.
//! An exclusive step that has its turn holds back the steps behind it, so that it cannot starve.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Phase;

/// What the schedule must know of a step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Constraint {
    /// The positions of the steps that it needs.
    pub(crate) needs: Vec<usize>,
    /// Its phase.
    pub(crate) phase: Phase,
    /// The locks that it holds while it runs.
    pub(crate) locks: Vec<String>,
    /// Whether it runs alone.
    pub(crate) exclusive: bool,
    /// Whether it waits for the target to be ready.
    pub(crate) waits_for_target: bool,
}

/// The state of all steps.
#[derive(Debug)]
pub(crate) struct Schedule {
    constraints: Vec<Constraint>,
    dependents: Vec<Vec<usize>>,
    /// How many needs are still open, per step.
    open_needs: Vec<usize>,
    /// Steps whose needs are all good, in checklist order.
    ready: BTreeSet<usize>,
    running: BTreeSet<usize>,
    decided: Vec<bool>,
    /// How many steps are undecided, per phase.
    undecided: BTreeMap<Phase, usize>,
    held: BTreeSet<String>,
    target_is_ready: bool,
    jobs: usize,
}

impl Schedule {
    /// All steps undecided. `jobs` is how many may run at once, at least 1.
    pub(crate) fn new(constraints: Vec<Constraint>, jobs: usize, target_is_ready: bool) -> Self {
        let mut dependents = vec![Vec::new(); constraints.len()];
        let mut undecided = BTreeMap::new();
        for (step, constraint) in constraints.iter().enumerate() {
            constraint.needs.iter().for_each(|&need| dependents[need].push(step));
            *undecided.entry(constraint.phase).or_default() += 1;
        }
        let open_needs: Vec<usize> = constraints.iter().map(|constraint| constraint.needs.len()).collect();
        let ready = (0..constraints.len()).filter(|&step| open_needs[step] == 0).collect();
        let decided = vec![false; constraints.len()];
        let (running, held) = (BTreeSet::new(), BTreeSet::new());
        Self {
            constraints,
            dependents,
            open_needs,
            ready,
            running,
            decided,
            undecided,
            held,
            target_is_ready,
            jobs: jobs.max(1),
        }
    }

    /// The next step that may start now; it counts as running from here on.
    pub(crate) fn start_next(&mut self) -> Option<usize> {
        if self.running.len() >= self.jobs || self.running.iter().any(|&step| self.constraints[step].exclusive) {
            return None;
        }
        let step = self.first_that_may_start()?;
        self.ready.remove(&step);
        self.running.insert(step);
        self.held.extend(self.constraints[step].locks.iter().cloned());
        Some(step)
    }

    fn first_that_may_start(&self) -> Option<usize> {
        let phase = self.undecided.iter().find(|(_, count)| **count > 0).map(|(phase, _)| *phase)?;
        for &step in &self.ready {
            let constraint = &self.constraints[step];
            if constraint.phase != phase || (constraint.waits_for_target && !self.target_is_ready) {
                continue;
            }
            if constraint.exclusive {
                return self.running.is_empty().then_some(step);
            }
            if constraint.locks.iter().all(|lock| !self.held.contains(lock)) {
                return Some(step);
            }
        }
        None
    }

    /// From here on, steps that wait for the target may start.
    pub(crate) fn target_ready(&mut self) {
        self.target_is_ready = true;
    }

    /// A step was decided, by running it or by a rule. Returns the undecided steps that can never start now, because
    /// this one is not good; they are not decided yet.
    pub(crate) fn decided(&mut self, step: usize, good: bool) -> Vec<usize> {
        if std::mem::replace(&mut self.decided[step], true) {
            return Vec::new();
        }
        self.ready.remove(&step);
        if self.running.remove(&step) {
            for lock in &self.constraints[step].locks {
                self.held.remove(lock);
            }
        }
        if let Some(count) = self.undecided.get_mut(&self.constraints[step].phase) {
            *count -= 1;
        }
        if !good {
            return self.dependents[step].iter().copied().filter(|&dependent| !self.decided[dependent]).collect();
        }
        self.release_dependents(step);
        Vec::new()
    }

    fn release_dependents(&mut self, step: usize) {
        for &dependent in &self.dependents[step] {
            self.open_needs[dependent] -= 1;
            if self.open_needs[dependent] == 0 && !self.decided[dependent] {
                self.ready.insert(dependent);
            }
        }
    }

    /// All steps that are neither decided nor running.
    pub(crate) fn waiting(&self) -> Vec<usize> {
        (0..self.decided.len()).filter(|step| !self.decided[*step] && !self.running.contains(step)).collect()
    }

    /// Whether every step is decided.
    pub(crate) fn is_done(&self) -> bool {
        self.undecided.values().all(|count| *count == 0)
    }

    /// Whether something runs.
    pub(crate) fn is_running(&self) -> bool {
        !self.running.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs<const N: usize>(needs: [&[usize]; N]) -> Vec<Constraint> {
        needs.iter().map(|needs| Constraint { needs: needs.to_vec(), ..Constraint::default() }).collect()
    }

    fn start_all(schedule: &mut Schedule) -> Vec<usize> {
        std::iter::from_fn(|| schedule.start_next()).collect()
    }

    #[test]
    fn a_step_starts_the_moment_its_last_need_is_good() {
        let mut schedule = Schedule::new(needs([&[], &[0], &[0], &[1], &[2]]), 8, true);
        assert_eq!(start_all(&mut schedule), [0]);
        assert!(schedule.decided(0, true).is_empty());
        assert_eq!(start_all(&mut schedule), [1, 2]);
        schedule.decided(2, true);
        assert_eq!(start_all(&mut schedule), [4], "step 4 does not wait for step 1");
    }

    #[test]
    fn a_step_that_is_not_good_names_those_that_can_never_start() {
        let mut schedule = Schedule::new(needs([&[], &[0], &[1], &[]]), 8, true);
        start_all(&mut schedule);
        assert_eq!(schedule.decided(0, false), [1]);
        assert_eq!(schedule.decided(1, false), [2]);
        schedule.decided(2, false);
        assert!(!schedule.is_done());
        schedule.decided(3, true);
        assert!(schedule.is_done());
    }

    #[test]
    fn no_more_run_at_once_than_there_are_jobs() {
        let mut schedule = Schedule::new(needs([&[], &[], &[]]), 2, true);
        assert_eq!(start_all(&mut schedule), [0, 1]);
        schedule.decided(0, true);
        assert_eq!(start_all(&mut schedule), [2]);
    }

    #[test]
    fn a_lock_is_held_by_one_step_at_a_time() {
        let locked = |lock: &str| Constraint { locks: vec![lock.to_owned()], ..Constraint::default() };
        let mut schedule = Schedule::new(vec![locked("db"), locked("db"), locked("port")], 8, true);
        assert_eq!(start_all(&mut schedule), [0, 2]);
        schedule.decided(0, false);
        assert_eq!(start_all(&mut schedule), [1]);
    }

    #[test]
    fn an_exclusive_step_runs_alone_and_is_not_starved() {
        let mut steps = needs([&[], &[], &[]]);
        steps[1].exclusive = true;
        let mut schedule = Schedule::new(steps, 8, true);
        assert_eq!(start_all(&mut schedule), [0], "step 2 waits behind the exclusive step");
        schedule.decided(0, true);
        assert_eq!(start_all(&mut schedule), [1]);
        schedule.decided(1, true);
        assert_eq!(start_all(&mut schedule), [2]);
    }

    #[test]
    fn a_later_phase_waits_for_all_of_the_earlier_one() {
        let mut steps = needs([&[], &[]]);
        steps[0].phase = Phase::After;
        let mut schedule = Schedule::new(steps, 8, true);
        assert_eq!(start_all(&mut schedule), [1]);
        schedule.decided(1, false);
        assert_eq!(start_all(&mut schedule), [0]);
    }

    #[test]
    fn a_step_that_uses_the_target_waits_for_it_and_holds_nobody_back() {
        let mut steps = needs([&[], &[]]);
        steps[0].waits_for_target = true;
        let mut schedule = Schedule::new(steps, 8, false);
        assert_eq!(start_all(&mut schedule), [1]);
        schedule.target_ready();
        assert_eq!(start_all(&mut schedule), [0]);
    }
}
