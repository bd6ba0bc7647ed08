//! A log that was put back, or that runs twice, signs nothing.

use std::fs;

use habeas_ledger::key::{Algorithm, SignerKey};
use habeas_log::{Fault, Log, Setup, Turn};
use habeas_store::Error;
use tempfile::tempdir;

use crate::support::{
    Heard, Site, TODAY, down, honest, http, log, log_key, policy, publishing, record, scripted,
    setup,
};

fn behind(fault: &Fault) -> Option<(u64, u64)> {
    match fault {
        Fault::Behind { seen, signed, .. } => Some((*seen, *signed)),
        _ => None,
    }
}

#[test]
fn a_store_that_was_put_back_does_not_go_on() {
    let folder = tempdir().unwrap();
    let all = [honest(1, folder.path()), down()];
    let site = Site::new();
    let store = site.open();
    let (mut running, _) = log(&site, Some(policy(1, &all)));
    record(&store, "a");
    assert_eq!(running.round(&store, TODAY).unwrap().size, 4);
    drop(store);
    let older = site.copy();
    let store = site.open();
    record(&store, "b");
    assert_eq!(running.round(&store, TODAY).unwrap().size, 8);
    drop(store);
    site.put_back(&older);
    let store = site.open();
    // Who runs on notices by itself, who begins asks.
    let fault = running.round(&store, TODAY).unwrap_err();
    assert!(matches!(fault, Fault::WentBack { before: 8, now: 4 }));
    let (mut anew, _) = log(&site, Some(policy(1, &all)));
    let fault = anew.round(&store, TODAY).unwrap_err();
    assert_eq!(behind(&fault), Some((8, 4)));
    assert!(
        fault
            .to_string()
            .starts_with("the witness `organ1` has seen 8 leaves")
    );
    assert!(fault.hint().unwrap().contains("a backup") && !fault.is_passing());
    // Nothing was added and nothing signed, also where the store has grown past what was seen.
    assert_eq!(store.size().unwrap(), 4);
    for id in 0..20 {
        record(&store, &format!("c{id}"));
    }
    let fault = anew.round(&store, TODAY).unwrap_err();
    assert_eq!(behind(&fault), Some((8, 4)));
    assert_eq!(store.latest_checkpoint().unwrap().unwrap().size, 4);
}

/// Two stores from one, and both go on with the key of the log.
#[test]
fn a_second_log_with_the_same_key_is_stopped_by_what_witnesses_show() {
    let folder = tempdir().unwrap();
    let all = [honest(1, folder.path()), honest(2, folder.path())];
    let site = Site::new();
    drop(site.open());
    let twin = site.copy();
    let (store, other) = (site.open(), twin.open());
    let (mut one, _) = log(&site, Some(policy(2, &all)));
    let (mut two, _) = log(&twin, Some(policy(2, &all)));
    // Both ask while nobody has seen anything.
    one.begin(&store).unwrap();
    two.begin(&other).unwrap();
    record(&store, "a");
    record(&other, "b");
    assert_eq!(one.round(&store, TODAY).unwrap().size, 4);
    // What the other signs at the same size is refused by both witnesses, and what they show stops it.
    let fault = two.round(&other, TODAY).unwrap_err();
    assert!(
        matches!(fault, Fault::OtherHistory { size: 4, .. }),
        "{fault}"
    );
    // A third that begins later signs nothing at all.
    let (mut late, _) = log(&twin, Some(policy(2, &all)));
    let fault = late.round(&other, TODAY).unwrap_err();
    assert!(
        matches!(fault, Fault::OtherHistory { size: 4, .. }),
        "{fault}"
    );
    // The first goes on.
    assert_eq!(one.round(&store, TODAY).unwrap().size, 8);
}

/// What the log has not signed stops nothing; nor does a witness that is silent or shows nonsense.
#[test]
fn only_the_logs_own_signature_stops_it() {
    let nonsense = scripted(|_| http("500 Oh", ""), || http("200 OK", "no note\n"));
    let site = Site::new();
    let store = site.open();
    let (mut log, heard) = log(&site, Some(policy(1, &[nonsense, down()])));
    log.begin(&store).unwrap();
    let said = heard.take();
    assert_eq!(said.len(), 1);
    assert!(
        said[0].contains("`organ1`: ") && said[0].contains("`organ2`: "),
        "{said:?}"
    );
    assert_eq!(log.round(&store, TODAY).unwrap().size, 4);
}

/// A store from a backup asks a quorum before it signs, once.
#[test]
fn a_restored_store_asks_first() {
    let folder = tempdir().unwrap();
    let (one, two) = (honest(1, folder.path()), honest(2, folder.path()));
    let site = Site::new();
    let store = site.open();
    let restored = site.0.path().join("restored");
    fs::write(&restored, "").unwrap();
    let (mut alone, _) = log(&site, None);
    assert!(matches!(
        alone.round(&store, TODAY).unwrap_err(),
        Fault::NoPolicy
    ));
    let (mut few, _) = log(&site, Some(policy(2, &[one, down()])));
    let fault = few.round(&store, TODAY).unwrap_err();
    assert!(matches!(
        fault,
        Fault::Unasked {
            answered: 1,
            witnesses: 2
        }
    ));
    assert_eq!(store.size().unwrap(), 0);
    let (mut enough, _) = log(&site, Some(policy(2, &[one, two])));
    assert_eq!(enough.round(&store, TODAY).unwrap().size, 4);
    assert!(!restored.exists());
}

#[test]
fn what_was_published_stops_it_too() {
    let published = tempdir().unwrap();
    let site = Site::new();
    drop(site.open());
    let older = site.copy();
    let store = site.open();
    let mut log = publishing(&site, published.path(), 4);
    assert_eq!(log.round(&store, TODAY).unwrap().size, 4);
    drop(store);
    site.put_back(&older);
    let store = site.open();
    let fault = publishing(&site, published.path(), 4)
        .round(&store, TODAY)
        .unwrap_err();
    assert_eq!(behind(&fault), Some((4, 0)));
    assert!(
        fault
            .to_string()
            .starts_with("the published checkpoint has seen")
    );
}

/// A key that is replaced: the checkpoint that the old one signed counts as long as the policy names it.
#[test]
fn an_old_key_of_the_log_counts() {
    let folder = tempdir().unwrap();
    let all = [honest(1, folder.path())];
    let site = Site::new();
    drop(site.open());
    let older = site.copy();
    let store = site.open();
    let before = policy(1, &all);
    let (mut running, _) = log(&site, Some(before.clone()));
    running.round(&store, TODAY).unwrap();
    drop(store);
    site.put_back(&older);
    let name = log_key().verifier().name().to_owned();
    let key = SignerKey::from_seed(&name, Algorithm::Ed25519, &[101; 32]).unwrap();
    let policy = format!("log {}\n{before}", key.verifier()).parse().unwrap();
    let mut anew = Log::new(Setup {
        key,
        ..setup(&site, Some(policy), &Heard::default())
    })
    .unwrap();
    let fault = anew.round(&site.open(), TODAY).unwrap_err();
    assert_eq!(behind(&fault), Some((4, 0)));
}

/// A store that one key has signed is signed by no other, unless the policy names both.
#[test]
fn another_key_signs_nothing() {
    let site = Site::new();
    let store = site.open();
    log(&site, None).0.round(&store, TODAY).unwrap();
    let name = log_key().verifier().name().to_owned();
    for name in [name.as_str(), "log.example/other"] {
        let key = SignerKey::from_seed(name, Algorithm::Ed25519, &[101; 32]).unwrap();
        let mut other = Log::new(Setup {
            key: key.clone(),
            ..setup(&site, None, &Heard::default())
        })
        .unwrap();
        let fault = other.round(&store, TODAY + 10).unwrap_err();
        assert!(matches!(&fault, Fault::OtherKey(said) if *said == key.verifier().to_string()));
        assert!(fault.hint().is_some());
    }
    let witness = SignerKey::from_seed("w.example", Algorithm::Cosignature, &[1; 32]).unwrap();
    let fresh = Site::new();
    let mut unfit = Log::new(Setup {
        key: witness,
        ..setup(&fresh, None, &Heard::default())
    })
    .unwrap();
    assert!(unfit.round(&fresh.open(), TODAY).is_err());
    assert!(fresh.open().latest_checkpoint().unwrap().is_none());
}

#[test]
fn a_store_is_lent_to_who_waits() {
    let folder = tempdir().unwrap();
    let turn = Turn::of(folder.path());
    // A store that is in use for the first two tries.
    let tries = std::cell::Cell::new(0);
    let opened = turn.take(|| {
        tries.set(tries.get() + 1);
        if tries.get() < 3 {
            Err(Error::InUse)
        } else {
            Ok(tries.get())
        }
    });
    assert_eq!(opened.unwrap(), 3);
    // What is wrong otherwise is not waited for.
    let gone = turn.take::<()>(|| Err(Error::WrongRoot));
    assert!(matches!(gone, Err(Error::WrongRoot)));
}
