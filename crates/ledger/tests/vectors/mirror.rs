//! What a log and a mirror send each other.

use habeas_ledger::mirror::{MirrorInfo, Upload, packages};

use crate::file::{bytes, each, list, number, read, text};

#[test]
fn wire() {
    let file = read(
        "mirror_wire_vectors",
        &[
            "header_empty_hex",
            "header_layout",
            "package_ranges",
            "mirror_info",
            "mirror_info_reject",
        ],
    );
    let empty = Upload {
        origin: String::new(),
        start: 0,
        end: 0,
        ticket: Vec::new(),
    };
    assert_eq!(empty.to_bytes().unwrap(), bytes(&file["header_empty_hex"]));
    let upload = Upload {
        origin: "log.example".to_owned(),
        start: 3,
        end: 300,
        ticket: vec![1, 2],
    };
    let written = upload.to_bytes().unwrap();
    let followed = [written.as_slice(), b"entries"].concat();
    let read = Upload::from_bytes(&followed).unwrap();
    assert_eq!(read, (upload.clone(), b"entries".as_slice()));
    for cut in 0..written.len() {
        Upload::from_bytes(&written[..cut]).unwrap_err();
    }
    let backwards = Upload { end: 2, ..upload };
    Upload::from_bytes(&backwards.to_bytes().unwrap()).unwrap_err();

    for case in each(&file["package_ranges"], &["start", "end", "ranges"]) {
        let found: Vec<(u64, u64)> =
            packages(number(&case["start"]), number(&case["end"])).collect();
        let pair = |range: &serde_json::Value| (number(&range[0]), number(&range[1]));
        let expected: Vec<(u64, u64)> = list(&case["ranges"]).iter().map(pair).collect();
        assert_eq!(found, expected);
    }
    let fields = ["tree_size", "next_entry", "ticket_hex", "body"];
    for case in each(&file["mirror_info"], &fields) {
        let info = MirrorInfo {
            size: number(&case["tree_size"]),
            next: number(&case["next_entry"]),
            ticket: bytes(&case["ticket_hex"]),
        };
        assert_eq!(info.to_string(), text(&case["body"]));
        assert_eq!(text(&case["body"]).parse(), Ok(info));
    }
    for body in list(&file["mirror_info_reject"]) {
        text(body).parse::<MirrorInfo>().unwrap_err();
    }
}
