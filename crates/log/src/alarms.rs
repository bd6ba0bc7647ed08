//! What somebody must do, said once: not at every round, and again only when it has changed.

use std::collections::BTreeMap;
use std::mem::{Discriminant, discriminant};

use habeas_witness::client::{Missing, Round};

/// How many rounds in a row something that may pass must fail before it is said.
const PATIENCE: u32 = 3;

/// What is wrong, and whether it was said.
struct Wrong {
    kind: Discriminant<Missing>,
    rounds: u32,
    said: bool,
}

/// What was said so far.
#[derive(Default)]
pub(crate) struct Alarms {
    witnesses: BTreeMap<String, Wrong>,
    /// Rounds in a row without a quorum.
    short: u32,
}

impl Alarms {
    /// What is to be said after a round.
    pub(crate) fn after(&mut self, round: &Round) -> Vec<String> {
        let mut said = Vec::new();
        for (name, answer) in &round.witnesses {
            match answer {
                Ok(_) => {
                    if self.witnesses.remove(name).is_some_and(|wrong| wrong.said) {
                        said.push(format!("the witness `{name}` cosigns again"));
                    }
                }
                Err(missing) => said.extend(self.missing(name, missing)),
            }
        }
        if round.quorum {
            if self.short >= PATIENCE {
                said.push("the quorum of the policy is reached again".to_owned());
            }
            self.short = 0;
            return said;
        }
        self.short = self.short.saturating_add(1);
        if self.short == PATIENCE {
            let groups: Vec<String> = round.groups.iter().map(ToString::to_string).collect();
            said.push(format!(
                "too few witnesses have cosigned in {PATIENCE} rounds, {}: the log goes on, and its receipts do not hold under this policy until more do",
                groups.join(", ")
            ));
        }
        said
    }

    fn missing(&mut self, name: &str, missing: &Missing) -> Option<String> {
        // Of a witness that refused nothing new is known: it was not asked again.
        if matches!(missing, Missing::Stopped(_)) && self.witnesses.contains_key(name) {
            return None;
        }
        let kind = discriminant(missing);
        let new = || Wrong {
            kind,
            rounds: 0,
            said: false,
        };
        let wrong = self.witnesses.entry(name.to_owned()).or_insert_with(new);
        if wrong.kind != kind {
            *wrong = Wrong {
                rounds: wrong.rounds,
                ..new()
            };
        }
        wrong.rounds = wrong.rounds.saturating_add(1);
        if wrong.said || !missing.alarms() && wrong.rounds < PATIENCE {
            return None;
        }
        wrong.said = true;
        Some(format!("the witness `{name}` has not cosigned: {missing}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(answer: Result<u64, Missing>, quorum: bool) -> Round {
        Round {
            lines: Vec::new(),
            witnesses: vec![("w".to_owned(), answer)],
            groups: Vec::new(),
            quorum,
        }
    }

    #[test]
    fn what_passes_is_not_said_and_what_stays_is_said_once() {
        let mut alarms = Alarms::default();
        let mut after = |answer, quorum| alarms.after(&round(answer, quorum));
        assert_eq!(after(Err(Missing::Late), true), [""; 0]);
        assert_eq!(after(Ok(1), true), [""; 0]);
        let counts: Vec<usize> = (0..6)
            .map(|_| after(Err(Missing::Late), false).len())
            .collect();
        // The witness and the quorum at the third, and then nothing.
        assert_eq!(counts, [0, 0, 2, 0, 0, 0]);
        assert_eq!(after(Err(Missing::NoAddress), false).len(), 1);
        let again = after(Ok(1), true);
        assert_eq!(
            again,
            [
                "the witness `w` cosigns again",
                "the quorum of the policy is reached again"
            ]
        );
    }

    #[test]
    fn what_alarms_is_said_at_once() {
        let mut alarms = Alarms::default();
        let mut after = |answer| alarms.after(&round(answer, true));
        let said = after(Err(Missing::Refused(422)));
        assert_eq!(
            said,
            ["the witness `w` has not cosigned: it refuses the log with 422"]
        );
        assert_eq!(after(Err(Missing::Stopped(422))), [""; 0]);
        assert_eq!(after(Err(Missing::Ahead(5))).len(), 1);
        assert_eq!(after(Err(Missing::Ahead(6))), [""; 0]);
    }
}
