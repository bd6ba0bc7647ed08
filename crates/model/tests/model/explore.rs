//! With all guards, no bad state is reached. `HABEAS_MODEL_LONG=1` explores more.

use crate::check::whole;
use crate::fork::{Fork, Group};
use crate::guard::Guards;
use crate::log::Log;
use crate::servers::Servers;

/// Organs and outside bodies, as the policy is shipped.
pub fn shipped(organs: usize, outside: usize) -> [Group; 2] {
    let group = |members, threshold, colluding| Group {
        members,
        threshold,
        colluding,
    };
    [group(5, 4, organs), group(3, 2, outside)]
}

fn long() -> bool {
    std::env::var_os("HABEAS_MODEL_LONG").is_some()
}

fn log(acts: u8, openings: u8, put_backs: u8, damages: u8) -> usize {
    let log = Log {
        guards: Guards::ALL,
        acts,
        openings,
        put_backs,
        damages,
    };
    let name = format!(
        "log, {acts} acts, opened {openings} times, put back {put_backs}, damaged {damages}"
    );
    whole(&name, log)
}

#[test]
fn the_log_is_put_back() {
    log(1, 2, 1, 0);
    log(1, 2, 1, 1);
    if long() {
        log(2, 1, 1, 0);
    }
}

#[test]
fn the_log_is_damaged() {
    let states = log(2, 1, 0, 1);
    assert!(states >= 1_000_000, "{states}");
    if long() {
        log(2, 2, 0, 1);
    }
}

#[test]
fn several_servers() {
    let servers = |acts, leads| {
        let servers = Servers {
            guards: Guards::ALL,
            acts,
            leads,
        };
        whole(&format!("servers, {acts} acts, {leads} leaders"), servers);
    };
    servers(2, 2);
    if long() {
        servers(2, 3);
    }
}

/// However many collude: while one group is not broken, receipts agree; as soon as both are, some do not.
#[test]
fn the_bound_of_collusion() {
    for (organs, outside) in
        (0..=5).flat_map(|organs| (0..=3).map(move |outside| (organs, outside)))
    {
        let fork = || Fork::new(Guards::ALL, shipped(organs, outside), false);
        assert_eq!(fork().is_safe(), organs < 3 || outside < 1);
        if fork().is_safe() {
            whole(
                &format!("fork, {organs} organs and {outside} outside collude"),
                fork(),
            );
        } else {
            let (broken, _) = crate::check::shortest(fork).unwrap();
            assert_eq!(broken, "receipts agree", "{organs} {outside}");
        }
    }
}
