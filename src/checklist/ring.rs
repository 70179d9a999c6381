//! Rings among steps that need each other.

use super::needs::At;

/// How far the search has come with a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Unseen,
    OnTheWay,
    Done,
}

/// One ring for every way that leads back to a step on it. Runs in time linear to steps and needs, and without
/// recursion, because a chain of needs may be as long as a checklist.
pub(super) fn rings(needs: &[Vec<Vec<At>>]) -> Vec<Vec<At>> {
    let mut states: Vec<Vec<State>> = needs.iter().map(|list| vec![State::Unseen; list.len()]).collect();
    let mut found = Vec::new();
    for (list, steps) in needs.iter().enumerate() {
        for index in 0..steps.len() {
            if states[list][index] == State::Unseen {
                follow((list, index), needs, &mut states, &mut found);
            }
        }
    }
    found
}

fn follow(start: At, needs: &[Vec<Vec<At>>], states: &mut [Vec<State>], found: &mut Vec<Vec<At>>) {
    let mut way: Vec<(At, usize)> = vec![(start, 0)];
    states[start.0][start.1] = State::OnTheWay;
    while let Some((at, next)) = way.last_mut() {
        let Some(&needed) = needs[at.0][at.1].get(*next) else {
            states[at.0][at.1] = State::Done;
            way.pop();
            continue;
        };
        *next += 1;
        match states[needed.0][needed.1] {
            State::Done => {}
            State::Unseen => {
                states[needed.0][needed.1] = State::OnTheWay;
                way.push((needed, 0));
            }
            State::OnTheWay => {
                let from = way.iter().position(|(at, _)| *at == needed).unwrap_or(0);
                found.push(way[from..].iter().map(|(at, _)| *at).collect());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_named_whole() {
        let needs = vec![vec![vec![(0, 1)], vec![(0, 2)], vec![(0, 0)], vec![(0, 0)]]];
        assert_eq!(rings(&needs), [vec![(0, 0), (0, 1), (0, 2)]]);
    }

    #[test]
    fn ways_that_meet_again_are_no_ring() {
        let needs = vec![vec![vec![(0, 1), (0, 2)], vec![(0, 3)], vec![(0, 3)], vec![]]];
        assert_eq!(rings(&needs), Vec::<Vec<At>>::new());
    }

    #[test]
    fn two_rings_and_a_ring_over_checklists_are_found() {
        let needs = vec![vec![vec![(0, 1)], vec![(0, 0)], vec![(1, 0)]], vec![vec![(0, 2)]]];
        assert_eq!(rings(&needs), [vec![(0, 0), (0, 1)], vec![(0, 2), (1, 0)]]);
    }

    #[test]
    fn a_chain_as_long_as_a_checklist_is_followed() {
        let last = 100_000;
        let chain = (0..=last).map(|index| if index == last { vec![] } else { vec![(0, index + 1)] }).collect();
        assert_eq!(rings(&[chain]), Vec::<Vec<At>>::new());
    }
}
