//! `habeas key new | show`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use crate::sandbox::Sandbox;

#[test]
fn made_shown_and_never_printed() {
    let sandbox = Sandbox::empty();
    for kind in ["log", "witness", "document"] {
        let words = [
            "key",
            "new",
            "--name",
            "x.example/1",
            "--kind",
            kind,
            "--out",
            kind,
        ];
        let made = sandbox.run(words);
        assert_eq!((made.status, made.err.as_str()), (0, ""), "{made:?}");
        assert!(made.out.starts_with("x.example/1+") && made.out.lines().count() == 1);
        let mode = fs::metadata(sandbox.path(kind))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let secret = sandbox.read(kind);
        assert!(secret.starts_with("PRIVATE+KEY+x.example/1+") && secret.ends_with('\n'));
        assert!(!made.out.contains(seed(&secret)));
        let shown = sandbox.run(["key", "show", kind]);
        assert_eq!((shown.status, shown.out), (0, made.out));
        // What is there is never written over, and stands as it was.
        sandbox
            .run(words)
            .could_not(&format!("{kind}: File exists"));
        assert_eq!(sandbox.read(kind), secret);
    }
}

/// What is secret of `PRIVATE+KEY+name+id+base64`; base64 has `+` too.
fn seed(secret: &str) -> &str {
    secret.trim_end().splitn(5, '+').last().unwrap_or_default()
}

#[test]
fn keys_that_are_none() {
    let sandbox = Sandbox::empty();
    let new = |name| sandbox.run(["key", "new", "--name", name, "--kind", "log", "--out", "k"]);
    new("two words").could_not("make a key: the name is empty, too long, or has spaces or `+`");
    new("").could_not("make a key: ");
    assert!(!sandbox.path("k").exists());
    sandbox
        .run(["key", "show", "k"])
        .could_not("k: No such file");
    assert_eq!(new("x.example").status, 0);
    // A secret that others can read is refused, and no part of it is said.
    let secret = sandbox.read("k");
    fs::set_permissions(sandbox.path("k"), Permissions::from_mode(0o640)).unwrap();
    let ran = sandbox.run(["key", "show", "k"]);
    ran.could_not("k: others than its owner may read this key\n  hint: ");
    fs::set_permissions(sandbox.path("k"), Permissions::from_mode(0o600)).unwrap();
    for (old, new, why) in [
        ("PRIVATE", "PUBLIC", "k: this is no secret key"),
        ("x.example", "y.example", "read a key: "),
        ("+KEY+", "+KEY+x", "read a key: "),
    ] {
        sandbox.write("k", secret.replacen(old, new, 1));
        let ran = sandbox.run(["key", "show", "k"]);
        ran.could_not(why);
        assert!(!ran.err.contains(seed(&secret)));
    }
}
