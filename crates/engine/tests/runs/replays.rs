//! The journal of a real run, replayed from every prefix, gives the same commands each time.

use clade_domain::Recorded;
use clade_evolve::{Command, Conductor};
use proptest::prelude::*;

use crate::common::{Rig, calls, spec};

fn replayed(entries: &[Recorded]) -> Conductor {
    let mut conductor = Conductor::start(&entries[0]).unwrap();
    entries[1..].iter().for_each(|entry| conductor.apply(entry));
    conductor
}

fn shown(commands: &[Command]) -> Vec<String> {
    let mut shown: Vec<String> = commands.iter().map(|command| format!("{command:?}")).collect();
    shown.sort();
    shown
}

fn journals() -> Vec<Vec<Recorded>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut journals = Vec::new();
        for spec in [spec("simulated:rough", calls(500)), crate::models::changing(1_200)] {
            let rig = Rig::new(spec).await;
            rig.finish().await;
            journals.push(rig.store.read(rig.run.clone(), 0, u32::MAX).await.unwrap());
        }
        journals
    })
}

#[test]
fn every_prefix_gives_the_same_commands_each_time() {
    let journals = journals();
    let prefixes = (0..journals.len(), any::<prop::sample::Index>(), 1..64usize);
    proptest!(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() }, |((which, cut, window) in prefixes)| {
        let journal = &journals[which];
        let prefix = &journal[..1 + cut.index(journal.len())];
        let commands = replayed(prefix).next(window);
        prop_assert_eq!(&replayed(prefix).next(window), &commands);
        // one that is asked after every entry hands out, of what has no result yet, nothing else
        let mut asked = Conductor::start(&prefix[0]).unwrap();
        let mut open = asked.next(usize::MAX);
        for entry in &prefix[1..] {
            asked.apply(entry);
            open.extend(asked.next(usize::MAX));
        }
        let all = shown(&open);
        for command in shown(&replayed(prefix).next(usize::MAX)) {
            prop_assert!(all.contains(&command), "{command} is new after a replay of {} entries", prefix.len());
        }
        let again = replayed(prefix);
        prop_assert_eq!(asked.state(), again.state());
    });
}
