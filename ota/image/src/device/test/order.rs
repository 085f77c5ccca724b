//! In which order scenarios run side by side.

use std::cmp::Reverse;

use parley_device::cases::Scenario;

/// Which scenario is next: those that others wait for first, then the longest, so that none is left alone at the end.
pub struct Order {
    waiting: Vec<&'static Scenario>,
    running: Vec<&'static str>,
}

pub enum Next {
    Now(&'static Scenario),
    /// What is left waits for what runs.
    Later,
    Never,
}

impl Order {
    pub fn of(mut scenarios: Vec<&'static Scenario>) -> Self {
        let needed: Vec<&str> = scenarios.iter().filter_map(|scenario| scenario.after).collect();
        scenarios.sort_by_key(|scenario| (!needed.contains(&scenario.name), Reverse(scenario.starts)));
        Self { waiting: scenarios, running: Vec::new() }
    }

    pub fn take(&mut self) -> Next {
        let open: Vec<&str> = self.waiting.iter().map(|scenario| scenario.name).chain(self.running.clone()).collect();
        let ready = |scenario: &&Scenario| scenario.after.is_none_or(|first| !open.contains(&first));
        match self.waiting.iter().position(ready) {
            Some(index) => {
                let scenario = self.waiting.remove(index);
                self.running.push(scenario.name);
                Next::Now(scenario)
            }
            None if self.waiting.is_empty() => Next::Never,
            None => Next::Later,
        }
    }

    pub fn end(&mut self, scenario: &Scenario) {
        self.running.retain(|name| *name != scenario.name);
    }
}

#[cfg(test)]
mod tests {
    use parley_device::cases::SCENARIOS;

    use super::*;

    #[test]
    fn every_scenario_runs_once_and_after_the_one_that_it_needs() {
        let all: Vec<&Scenario> = SCENARIOS.iter().rev().copied().collect();
        let mut order = Order::of(all.clone());
        let (mut running, mut ended): (Vec<&Scenario>, Vec<&str>) = (Vec::new(), Vec::new());
        loop {
            // Three workers; the one that began last ends first.
            let next = if running.len() < 3 { order.take() } else { Next::Later };
            match (next, running.pop()) {
                (Next::Now(scenario), last) => {
                    assert!(scenario.after.is_none_or(|first| ended.contains(&first)), "{} is early", scenario.name);
                    running.extend(last.into_iter().chain([scenario]));
                }
                (Next::Later | Next::Never, Some(last)) => {
                    order.end(last);
                    ended.push(last.name);
                }
                (Next::Later, None) => panic!("it waits for ever"),
                (Next::Never, None) => break,
            }
        }
        ended.sort_unstable();
        let mut expected: Vec<&str> = all.iter().map(|scenario| scenario.name).collect();
        expected.sort_unstable();
        assert_eq!(ended, expected);
    }
}
