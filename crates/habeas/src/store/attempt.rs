//! Attempts and refusals are recorded by themselves: what `habeas propose --store` was asked, and what it answered.

use habeas_case::gate::Outcome;
use habeas_case::propose::Proposal;
use habeas_law::Truth;
use habeas_ledger::commitment::{Committed, Field, Level, Salt};
use habeas_ledger::to_hex;
use habeas_store::{NewAct, Randomness as _, SystemRandomness};
use serde_json::json;

use super::{Kept, fields, import_key, open, told, wrong};
use crate::input::seconds;
use crate::output::{Failure, note};

impl Kept {
    /// Records that the step `line` was proposed, and that it was refused, if it was. The answer was given before, and whatever happens
    /// here does not take it back.
    pub fn tried(&self, line: &str, proposal: &Proposal) {
        if let Err(failed) = self.record(line, proposal) {
            note("the answer stands, and that it was asked for was not recorded:");
            failed.report();
        }
    }

    fn record(&self, line: &str, proposal: &Proposal) -> Result<(), Failure> {
        let Some(address) = &self.store else {
            return Ok(());
        };
        let store = open(address, &self.beside, self.root_key.as_deref())?;
        let signer = import_key(&self.beside.folder(address))?;
        let (_, mut said) =
            fields(line).ok_or_else(|| Failure::said("the step is no line of JSON"))?;
        said.push(Field {
            name: "proposal".to_owned(),
            value: answer(proposal).into_bytes(),
        });
        let random = || -> Result<[u8; 32], Failure> {
            let mut bytes = [0; 32];
            SystemRandomness.fill(&mut bytes).map_err(told)?;
            Ok(bytes)
        };
        let name: String = to_hex(&random()?).chars().take(16).collect();
        let new = |sort: &str| -> Result<NewAct, Failure> {
            let salt = Salt(random()?);
            let committed = Committed::new(Level::Act, &salt, said.clone()).map_err(wrong)?;
            let claimed = seconds();
            // Not under the id of the step: that is for the act, if it happens.
            let id = format!("{sort} {name}");
            Ok(NewAct {
                case: proposal.case.to_string(),
                retry: id.clone(),
                id,
                version: None,
                document: signer.sign(committed.commitment(), claimed),
                fields: said.clone(),
                salt,
            })
        };
        let refused = |why: habeas_store::Refused| Failure::said(why.to_string());
        store.attempt(new("attempt")?).map_err(refused)?;
        if proposal.outcome == Outcome::Refused {
            store.refusal(new("refusal")?).map_err(refused)?;
        }
        Ok(())
    }
}

/// What was answered, and the articles that closed a gate.
fn answer(proposal: &Proposal) -> String {
    let closed = |outcome| matches!(outcome, Outcome::Refused | Outcome::UnknownClosed);
    let gates = proposal.gates.iter().filter(|gate| closed(gate.outcome));
    let mut articles: Vec<&str> = gates.map(|gate| gate.article.as_str()).collect();
    let lines = proposal.competence.iter();
    let lines = lines.filter(|line| line.truth == Some(Truth::No));
    articles.extend(lines.flat_map(|line| line.citation.passages.iter().map(|p| &**p)));
    json!({"outcome": proposal.outcome, "articles": articles}).to_string()
}
