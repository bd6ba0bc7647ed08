//! A cluster keeps what it committed when it is killed, and leaves nothing when it is dropped.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use habeas_cluster::{Cluster, kill};

#[test]
fn what_was_committed_outlives_a_kill() {
    let mut cluster = Cluster::start(&[("work_mem", "5MB")]).unwrap();
    cluster.create("one").unwrap();
    let shown = |cluster: &Cluster, name: &str| cluster.sql("one", &format!("SHOW {name}"));
    for (name, value) in [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("data_checksums", "on"),
        ("recovery_init_sync_method", "syncfs"),
        ("work_mem", "5MB"),
    ] {
        assert_eq!(shown(&cluster, name).unwrap(), value, "{name}");
    }
    cluster
        .sql("one", "CREATE TABLE t (a int); INSERT INTO t VALUES (7)")
        .unwrap();
    for _ in 0..3 {
        cluster.kill().unwrap();
        assert!(cluster.sql("one", "SELECT 1").is_err());
        cluster.restart().unwrap();
        assert_eq!(cluster.sql("one", "SELECT a FROM t").unwrap(), "7");
    }
    cluster.stop().unwrap();
    cluster.restart().unwrap();
    // One backend that is killed takes all connections along, and the server comes back by itself.
    let own: i32 = cluster
        .sql("one", "SELECT pid FROM pg_stat_activity LIMIT 1")
        .unwrap()
        .parse()
        .unwrap();
    kill(own).unwrap();
    let back = (0..500).find_map(|_| {
        sleep(Duration::from_millis(20));
        cluster.sql("one", "SELECT a FROM t").ok()
    });
    assert_eq!(back.as_deref(), Some("7"));
    let folder = cluster.data();
    assert!(folder.exists());
    drop(cluster);
    assert!(!folder.exists());
}

#[test]
fn a_setting_that_is_none_is_told() {
    let failed = Cluster::start(&[("no_such_setting", "1")]).err().unwrap();
    assert!(failed.to_string().contains("no_such_setting"), "{failed}");
}

/// Whoever started it is killed: then it stops and removes itself.
#[test]
fn it_does_not_outlive_its_owner() {
    let me = std::env::current_exe().unwrap();
    let mut owner = Command::new(me)
        .args(["--exact", "an_owner", "--nocapture"])
        .env("HABEAS_CLUSTER_OWNER", "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(owner.stdout.take().unwrap());
    let mut lines = output.lines().map(|line| line.unwrap());
    let folder = lines.find(|line| line.starts_with('/')).unwrap();
    assert!(Path::new(&folder).exists());
    owner.kill().unwrap();
    owner.wait().unwrap();
    let gone = (0..500).any(|_| {
        sleep(Duration::from_millis(20));
        !Path::new(&folder).exists()
    });
    assert!(gone);
}

/// What the test above starts; alone there is nothing to do.
#[test]
fn an_owner() {
    if std::env::var_os("HABEAS_CLUSTER_OWNER").is_some() {
        let cluster = Cluster::start(&[]).unwrap();
        println!("\n{}", cluster.socket().display());
        sleep(Duration::from_secs(60));
    }
}
