//! Several servers on one PostgreSQL: who leads, who takes over, and which server is refused.

use habeas_cluster::Cluster;
use habeas_store::{Error, Mismatch, Refused};

use crate::backend::{Backend, Postgres, act, cluster, record};
use crate::suite::{erasure, signer, sound};

#[test]
fn one_leads_and_another_takes_over() {
    let site = Postgres::fresh();
    let first = site.open().unwrap();
    record(&first, act("one", "a"));
    first.checkpoint(signer()).unwrap();
    let further = site.further();
    let second = further.open().unwrap();
    // Both record, one numbers and signs.
    assert_eq!(record(&second, act("one", "b")).index, 1);
    assert_eq!(record(&first, act("one", "c")).version, 3);
    assert_eq!(record(&second, act("one", "a")).index, 0);
    assert!(matches!(
        second.checkpoint(signer()),
        Err(Error::NotLeading)
    ));
    let stale = habeas_store::NewAct {
        version: Some(2),
        ..act("one", "d")
    };
    let moved_on = Err(Refused::Stale { version: 3 });
    assert_eq!(second.record(vec![stale]), [moved_on]);
    second.erase(erasure(&second, "one", Some("a"))).unwrap();
    drop(first);
    assert_eq!(record(&second, act("one", "e")).index, 4);
    let signed = second.checkpoint(signer()).unwrap();
    assert_eq!(signed.size, 5);
    assert_eq!(sound(&second).erased, 1);
    // The first comes back and finds what the other did.
    assert_eq!(sound(&site.open().unwrap()).leaves, 5);
}

#[test]
fn what_is_in_the_log_never_changes_and_never_goes() {
    let site = Postgres::fresh();
    let store = site.open().unwrap();
    record(&store, act("one", "a"));
    store.checkpoint(signer()).unwrap();
    drop(store);
    for statement in [
        "UPDATE leaves SET entry = ''",
        "DELETE FROM leaves",
        "TRUNCATE leaves",
        "UPDATE checkpoints SET note = ''",
        "DELETE FROM checkpoints",
        "TRUNCATE checkpoints CASCADE",
    ] {
        let refused = site.sql(statement).unwrap_err().to_string();
        assert!(refused.contains("never changes"), "{statement}: {refused}");
    }
    sound(&site.open().unwrap());
}

#[test]
fn who_does_not_keep_what_it_says_is_refused() {
    let site = Postgres::fresh();
    let refused = |site: &Postgres| site.open().err().unwrap().to_string();
    let setting = format!(
        "ALTER DATABASE {} SET synchronous_commit = ",
        site.database()
    );
    site.sql(&format!("{setting} off")).unwrap();
    let says = "open the store: the key store runs with `synchronous_commit = off`";
    assert!(refused(&site).starts_with(says), "{}", refused(&site));
    site.sql(&format!("{setting} on")).unwrap();
    site.open().unwrap();

    let mut careless = Cluster::start(&[("fsync", "off")]).unwrap();
    let site = Postgres::in_cluster(&careless);
    let world = crate::backend::world(habeas_store::NoFaults);
    let says = site.create_in(&world).unwrap_err().to_string();
    assert!(says.contains("`fsync = off`"), "{says}");
    // The same as a standby: it answers, and takes no decision.
    careless.stop().unwrap();
    std::fs::write(careless.data().join("standby.signal"), "").unwrap();
    careless.restart().unwrap();
    let says = site.create_in(&world).unwrap_err().to_string();
    assert_eq!(
        says,
        "open the store: the key store is a standby; nothing is decided from one"
    );
}

#[test]
fn nothing_of_an_address_is_shown() {
    let site = Postgres::fresh();
    let mut servers = site.servers();
    let secret = "postgres://postgres:geheim@127.0.0.1:1/none";
    servers.keys = secret.parse().unwrap();
    let root = site.root_key(&crate::backend::world(habeas_store::NoFaults));
    let world = crate::backend::world(habeas_store::NoFaults);
    let failed = habeas_store::Store::open(&servers, &root.unwrap(), world);
    let failed = failed.err().unwrap();
    let shown = format!("{failed} {failed:?} {servers:?}");
    assert!(shown.contains("the server of the key store lets nobody in"));
    assert!(!shown.contains("geheim"), "{shown}");
    let wrong = "postgres://postgres:geh@eim@[/none".parse::<habeas_store::Address>();
    assert!(!format!("{wrong:?}").contains("eim"));
}

#[test]
fn a_second_store_is_not_made_over_the_first() {
    let site = Postgres::fresh();
    let world = crate::backend::world(habeas_store::NoFaults);
    let again = site.create_in(&world).unwrap_err().to_string();
    assert_eq!(again, "create the store: the key store is there already");
}

#[test]
fn what_was_handed_in_and_altered_is_found() {
    let site = Postgres::fresh();
    let store = site.open().unwrap();
    record(&store, act("one", "a"));
    drop(store);
    // As if nobody had numbered yet, and somebody had been at it.
    site.sql("INSERT INTO outbox SELECT item + 90, entry FROM leaves")
        .unwrap();
    let root = site.root_key(&crate::backend::world(habeas_store::NoFaults));
    let found = habeas_store::Store::audit_unopened(&site.servers(), &root.unwrap());
    let found = found.unwrap().found;
    assert!(matches!(found[..], [Mismatch::Waiting { .. }]), "{found:?}");
}

/// What was erased does not stand in the files of the server, once they are written; its journal keeps it until it is used again.
#[test]
fn erased_keys_do_not_stand_in_the_tables() {
    let site = Postgres::fresh();
    let store = site.open().unwrap();
    store.record(vec![act("one", "a"), act("two", "a")]);
    let key = site
        .sql("SELECT encode(wrapped, 'hex') FROM keys JOIN acts ON key = number ORDER BY item LIMIT 1")
        .unwrap();
    let pairs = key.as_bytes().chunks(2);
    let pairs = pairs.map(|pair| str::from_utf8(pair).unwrap());
    let key: Vec<u8> = pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect();
    let stands = || {
        site.sql("CHECKPOINT").unwrap();
        let oid = site.sql("SELECT oid FROM pg_database WHERE datname = current_database()");
        let folder = cluster().data().join("base").join(oid.unwrap());
        let files = std::fs::read_dir(folder).unwrap();
        files.into_iter().any(|file| {
            let bytes = std::fs::read(file.unwrap().path()).unwrap_or_default();
            bytes.windows(key.len()).any(|window| window == key)
        })
    };
    assert!(stands());
    store.erase(erasure(&store, "one", Some("a"))).unwrap();
    assert!(!stands());
}

/// A bit of the record of which transactions were committed is another: PostgreSQL forgets an act and says nothing. Its checksums do not cover that file.
#[test]
fn a_forgotten_commit_is_named() {
    // Nothing else takes a number of a transaction, or writes down what was seen of it.
    let mut cluster = Cluster::start(&[("autovacuum", "off")]).unwrap();
    let site = Postgres::in_cluster(&cluster);
    site.create_in(&crate::backend::world(habeas_store::NoFaults))
        .unwrap();
    let store = site.open().unwrap();
    store.record(vec![act("one", "a"), act("two", "a")]);
    let next = "SELECT pg_snapshot_xmax(pg_current_snapshot())";
    let transaction: usize = cluster.sql("postgres", next).unwrap().parse().unwrap();
    assert_eq!(record(&store, act("one", "b")).index, 2);
    drop(store);
    cluster.stop().unwrap();
    // Two bits for each transaction: 01 says committed.
    let file = cluster.data().join("pg_xact/0000");
    let mut states = std::fs::read(&file).unwrap();
    let bit = 1 << (transaction % 4 * 2);
    assert_eq!(states[transaction / 4] & (3 * bit), bit);
    states[transaction / 4] ^= bit;
    std::fs::write(&file, states).unwrap();
    cluster.restart().unwrap();
    let found = site.open().unwrap().audit().unwrap().found;
    assert!(found.contains(&Mismatch::NoAct { index: 2 }), "{found:?}");
}

/// PostgreSQL passes over a table of another role with a mere warning, and the keys would stand.
#[test]
fn an_erasure_that_cannot_write_a_table_anew_says_so() {
    let site = Postgres::fresh();
    let store = site.open().unwrap();
    record(&store, act("one", "a"));
    site.sql("ALTER TABLE of_keys.keys OWNER TO postgres; GRANT ALL ON of_keys.keys TO habeas")
        .unwrap();
    let refused = store.erase(erasure(&store, "one", Some("a"))).unwrap_err();
    assert!(
        format!("{refused:?}").contains("does not own"),
        "{refused:?}"
    );
    drop(store);
    site.sql("ALTER TABLE of_keys.keys OWNER TO habeas")
        .unwrap();
    let store = site.open().unwrap();
    store.erase(erasure(&store, "one", Some("a"))).unwrap();
    assert_eq!(sound(&store).erased, 1);
}
