//! PostgreSQL that dies under a writer, whole or in part; a connection that is cut between `COMMIT` and its answer; a leader that is suspended.

use std::env;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, sleep};
use std::time::Duration;

use habeas_cluster::{Cluster, kill};
use habeas_store::{Refused, Store};

use crate::backend::{Backend, Postgres, act, cluster, record};
use crate::crash::{heard_before, recovered, started};
use crate::suite::{signer, sound};

fn told(variable: &str, unless: u64) -> u64 {
    env::var(variable).map_or(unless, |n| n.parse().unwrap())
}

/// What is killed, in turn.
#[derive(Clone, Copy, Debug)]
enum Victim {
    Writer,
    Backend,
    Server,
    Both,
}

/// `HABEAS_STORE_KILLS` says how often.
#[test]
fn nothing_acknowledged_is_lost_when_postgresql_dies() {
    use Victim::{Backend, Both, Server, Writer};
    let cycles = told("HABEAS_STORE_KILLS", 8);
    let mut cluster = Cluster::start(&[]).unwrap();
    let site = Postgres::in_cluster(&cluster);
    site.create_in(&crate::backend::world(habeas_store::NoFaults))
        .unwrap();
    let (mut acknowledged, mut unheard) = (0, 0);
    for cycle in 0..cycles {
        let victims = [Server, Writer, Backend, Both];
        let victim = victims[usize::try_from(cycle).unwrap() % victims.len()];
        let mut child = started(heard_before(cycle), site.folder(), cycle);
        match victim {
            Writer => child.kill().unwrap(),
            Server => cluster.kill().unwrap(),
            Both => {
                child.kill().unwrap();
                cluster.kill().unwrap();
            }
            Backend => {
                let all = "SELECT pid FROM pg_stat_activity WHERE application_name = 'habeas'";
                let all = cluster.sql("postgres", all).unwrap();
                let all: Vec<i32> = all.lines().map(|pid| pid.parse().unwrap()).collect();
                kill(all[usize::try_from(cycle).unwrap() % all.len()]).unwrap();
            }
        }
        child.wait().unwrap();
        if matches!(victim, Server | Both) {
            cluster.restart().unwrap();
        }
        let back = (0..1000).any(|_| {
            sleep(Duration::from_millis(20));
            cluster.sql("postgres", "SELECT 1").is_ok()
        });
        assert!(back, "{victim:?}");
        let silent;
        (acknowledged, silent) = recovered(&site);
        unheard += silent;
    }
    assert!(acknowledged >= cycles);
    eprintln!("{cycles} kills, {acknowledged} acknowledged, {unheard} answered when repeated");
}

/// Stands between a store and PostgreSQL, and cuts the connection when it is told to: once `COMMIT` went through and was answered, before the answer
/// comes back.
struct Proxy {
    port: u16,
    cuts: Arc<AtomicBool>,
    ends: Arc<AtomicBool>,
}

impl Proxy {
    fn to(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (cuts, ends) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        let (cut, end) = (Arc::clone(&cuts), Arc::clone(&ends));
        thread::spawn(move || {
            for client in listener.incoming() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                let server = TcpStream::connect(("127.0.0.1", server));
                if let (Ok(client), Ok(server)) = (client, server) {
                    between(client, server, &cut);
                }
            }
        });
        Self { port, cuts, ends }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::SeqCst);
        TcpStream::connect(("127.0.0.1", self.port)).ok();
    }
}

/// Carries what is said in both directions, until one side ends.
fn between(client: TcpStream, server: TcpStream, cuts: &Arc<AtomicBool>) {
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let swallows = Arc::new(AtomicBool::new(false));
    let one_way = |mut from: TcpStream, mut to: TcpStream, asks: Option<Arc<AtomicBool>>| {
        let swallows = Arc::clone(&swallows);
        thread::spawn(move || {
            let mut said = [0; 65536];
            while let Ok(length @ 1..) = from.read(&mut said) {
                let said = &said[..length];
                let commits = || said.windows(6).any(|word| word == b"COMMIT");
                match &asks {
                    Some(cuts) if commits() && cuts.swap(false, Ordering::SeqCst) => {
                        swallows.store(true, Ordering::SeqCst);
                    }
                    // The answer: it was committed, and nobody is told.
                    None if swallows.load(Ordering::SeqCst) => break,
                    _ => {}
                }
                if to.write_all(said).is_err() {
                    break;
                }
            }
            from.shutdown(Shutdown::Both).ok();
            to.shutdown(Shutdown::Both).ok();
        })
    };
    let (client_too, server_too) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    one_way(client, server, Some(Arc::clone(cuts)));
    one_way(server_too, client_too, None);
}

/// `HABEAS_STORE_CUTS` says how often.
#[test]
fn a_commit_whose_answer_is_lost_has_one_effect() {
    let cuts = told("HABEAS_STORE_CUTS", 100);
    let site = Postgres::fresh();
    let proxy = Proxy::to(cluster().port());
    let through = site.over(proxy.port);
    let opened = || -> Store { through.open().unwrap() };
    let mut store = opened();
    let (mut unanswered, mut last) = (0, None);
    for cut in 0..cuts {
        let id = format!("{cut}");
        proxy.cuts.store(true, Ordering::SeqCst);
        let told = store.record(vec![act("one", &id)])[0];
        proxy.cuts.store(false, Ordering::SeqCst);
        let told = match told {
            Ok(told) => told,
            Err(Refused::Unanswered) => {
                unanswered += 1;
                drop(store);
                store = opened();
                record(&store, act("one", &id))
            }
            Err(refused) => panic!("{refused}"),
        };
        assert_eq!((told.index, told.version), (cut, cut + 1));
        assert_eq!(record(&store, act("one", &id)), told);
        last = Some(told.index);
    }
    assert_eq!(last, Some(cuts - 1));
    assert!(unanswered > 0);
    assert_eq!(sound(&store).acts, cuts);
    eprintln!("{cuts} connections cut after their commit, {unanswered} acts asked for again");
}

/// Who leads is suspended: another takes over, and the first appends nothing when it goes on.
#[test]
fn a_suspended_leader_is_replaced() {
    let site = Postgres::fresh();
    let mut child = started(20, site.folder(), 0);
    let signal = |name: &str| {
        let process = child.id().to_string();
        let sent = Command::new("sh")
            .args(["-c", "kill -s \"$1\" \"$2\"", "kill", name, &process])
            .status();
        assert!(sent.unwrap().success());
    };
    signal("STOP");
    let further = site.further();
    let second = further.open().unwrap();
    record(&second, act("one", "a"));
    let signed = second.checkpoint(signer()).unwrap();
    signal("CONT");
    record(&second, act("one", "b"));
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(signed.size > 20);
    sound(&second);
    drop(second);
    let told = std::fs::read_to_string(site.folder().join("told")).unwrap();
    let store = site.open().unwrap();
    for line in told.lines() {
        let [case, id, index] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let again = record(&store, act(case, id)).index;
        assert_eq!(again, index.parse::<u64>().unwrap());
    }
    sound(&store);
}
