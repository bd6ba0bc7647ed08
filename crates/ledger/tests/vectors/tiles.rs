//! Paths, tiles, bundles; a log of 300 leaves and one of 15.

use habeas_ledger::Hash;
use habeas_ledger::hash::leaf_hash;
use habeas_ledger::proof::{prove_consistency, prove_inclusion, verify_consistency};
use habeas_ledger::tile::{
    Content, TILE_WIDTH, Tile, TileNodes, bundle_bytes, bundle_entries, entry_bundles, hash_tiles,
    place, tile_bytes, tile_hashes,
};
use habeas_ledger::tree::{Leaves, Node, Subtree, subtree_hash};
use habeas_ledger::{Problem, tree};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::file::{bytes, each, hash, hashes, hex, list, number, only, read, text};

/// The width of a full tile is written as 0 in the vectors.
fn width(p: u64) -> u64 {
    if p == 0 { TILE_WIDTH } else { p }
}

fn level(value: &Value) -> u32 {
    u32::try_from(number(value)).unwrap()
}

#[test]
fn paths() {
    let file = read(
        "tile_paths",
        &[
            "entries_path_for_index",
            "entries_path_for_index_columns",
            "tile_path",
            "tile_path_columns",
            "parse",
            "parse_columns",
            "node_to_tile",
            "node_to_tile_columns",
            "partial_width",
            "size_70000",
            "size_256",
        ],
    );
    for row in list(&file["entries_path_for_index"]) {
        let (index, size) = (number(&row[0]), number(&row[1]));
        // The last bundle that a log of this size has written for the index.
        let index = index / TILE_WIDTH;
        let bundle = entry_bundles(index * TILE_WIDTH, size).next().unwrap();
        assert_eq!(bundle.to_string(), text(&row[2]));
    }
    for row in list(&file["tile_path"]) {
        let tile = Tile {
            content: Content::Hashes(level(&row[0])),
            index: number(&row[1]),
            width: width(number(&row[2])),
        };
        assert_eq!(tile.to_string(), text(&row[3]));
        assert_eq!(text(&row[3]).parse(), Ok(tile));
    }
    for row in list(&file["parse"]) {
        let path = format!("tile/{}/{}", text(&row[0]), text(&row[1]));
        if row[5] == true {
            path.parse::<Tile>().unwrap_err();
            continue;
        }
        let tile = Tile {
            content: Content::Hashes(level(&row[2])),
            index: number(&row[3]),
            width: width(number(&row[4])),
        };
        assert_eq!(path.parse(), Ok(tile));
    }
    for row in list(&file["node_to_tile"]) {
        let (level, index) = (level(&row[0]), number(&row[1]));
        let (tile, first, _) = place(Node { level, index }, 1 << 20).unwrap();
        let tile_level = Content::Hashes(u32::try_from(number(&row[2])).unwrap());
        assert_eq!((tile.content, tile.index), (tile_level, number(&row[3])));
        // The vectors name a node in its tile by level and index, we by its first hash.
        assert_eq!(first as u64, number(&row[5]) << number(&row[4]));
    }
}

#[test]
fn tiles_of_a_size() {
    let file = read(
        "tile_paths",
        &[
            "entries_path_for_index",
            "entries_path_for_index_columns",
            "tile_path",
            "tile_path_columns",
            "parse",
            "parse_columns",
            "node_to_tile",
            "node_to_tile_columns",
            "partial_width",
            "size_70000",
            "size_256",
        ],
    );
    let fields = [
        "level0_full",
        "level0_partial",
        "level1_full",
        "level1_partial",
        "level2_partial",
    ];
    for size in [70_000, 256] {
        let expected = &file[format!("size_{size}")];
        only(expected, &fields);
        for (name, value) in expected.as_object().unwrap() {
            let level = name
                .split(|c: char| !c.is_ascii_digit())
                .find_map(|n| n.parse().ok());
            let level = level.unwrap();
            let tiles = || hash_tiles(0, size).filter(|t| t.content == Content::Hashes(level));
            let found = if name.ends_with("full") {
                tiles().filter(|t| t.width == TILE_WIDTH).count() as u64
            } else {
                let partial = tiles().find(|t| t.width < TILE_WIDTH);
                partial.map_or(0, |t| t.width)
            };
            assert_eq!(found, number(value), "{size} {name}");
        }
    }
}

/// The bytes of a tile over `leaves`, from the leaves.
fn tile_over(tile: Tile, leaves: &[Hash]) -> Vec<u8> {
    let Content::Hashes(level) = tile.content else {
        panic!("no hashes")
    };
    let level = level * 8;
    let indices = (0..tile.width).map(|at| tile.index * TILE_WIDTH + at);
    let nodes: Vec<Node> = indices.map(|index| Node { level, index }).collect();
    tile_bytes(&tree::Nodes::read(&Leaves(leaves), &nodes).unwrap())
}

#[test]
fn three_hundred_leaves() {
    let file = read(
        "tiles_300_leaves",
        &[
            "leaf_format",
            "size",
            "root_base64",
            "tiles",
            "proofs",
            "consistency",
        ],
    );
    let size = number(&file["size"]);
    let entry = |i| format!("record {i}");
    let leaves: Vec<Hash> = (0..size).map(|i| leaf_hash(entry(i).as_bytes())).collect();
    let published = file["tiles"].as_object().unwrap();
    let tiles: Vec<Tile> = hash_tiles(0, size).collect();
    assert_eq!(tiles.len(), published.len());
    for tile in &tiles {
        let bytes = tile_over(*tile, &leaves);
        let published = &published[&tile.to_string()];
        only(published, &["bytes", "sha256", "base64", "hex"]);
        assert_eq!(bytes.len() as u64, number(&published["bytes"]));
        if let Some(digest) = published.get("sha256") {
            assert_eq!(Hash(Sha256::digest(&bytes).into()), hex(digest));
        }
        if let Some(whole) = published.get("hex") {
            assert_eq!(bytes, self::bytes(whole));
        }
        let hashes = tile_hashes(*tile, &bytes).unwrap();
        assert_eq!(tile_bytes(&hashes), bytes);
        tile_hashes(*tile, &bytes[1..]).unwrap_err();
    }
    // Every proof is made from the tiles alone.
    let nodes = TileNodes {
        size,
        read: |tile: Tile| tile_hashes(tile, &tile_over(tile, &leaves)),
    };
    let root = subtree_hash(&nodes, Subtree::whole(size).unwrap()).unwrap();
    assert_eq!(Some(root), hash(&file["root_base64"]));
    for case in each(&file["proofs"], &["index", "proof_base64"]) {
        let whole = Subtree::whole(size).unwrap();
        let proof = prove_inclusion(&nodes, number(&case["index"]), whole).unwrap();
        assert_eq!(Some(proof), hashes(&case["proof_base64"]));
    }
    let fields = ["size1", "size2", "root1_base64", "proof_base64"];
    for case in each(&file["consistency"], &fields) {
        let (old, size) = (number(&case["size1"]), number(&case["size2"]));
        let proof = prove_consistency(&nodes, old, size).unwrap();
        assert_eq!(Some(&proof), hashes(&case["proof_base64"]).as_ref());
        let old_root = hash(&case["root1_base64"]).unwrap();
        verify_consistency(old, &old_root, size, &root, &proof).unwrap();
    }
}

#[test]
fn a_bundle_of_fifteen() {
    let file = read(
        "tessera_test_log",
        &[
            "vkey",
            "test_signer_key",
            "entries",
            "entry_bundle_hex",
            "level0_tile_hex",
            "checkpoints",
        ],
    );
    let entries: Vec<&[u8]> = list(&file["entries"])
        .iter()
        .map(|e| text(e).as_bytes())
        .collect();
    let bundle = bytes(&file["entry_bundle_hex"]);
    assert_eq!(bundle_bytes(&entries).unwrap(), bundle);
    assert_eq!(bundle_entries(&bundle, 15).unwrap(), entries);
    for wrong in [&bundle[1..], &bundle[..bundle.len() - 1], &[]] {
        bundle_entries(wrong, 15).unwrap_err();
    }
    bundle_entries(&bundle, 14).unwrap_err();
    let leaves: Vec<Hash> = entries.iter().map(|e| leaf_hash(e)).collect();
    assert_eq!(tile_bytes(&leaves), bytes(&file["level0_tile_hex"]));
}

#[test]
fn what_cannot_be_bundled_or_read() {
    bundle_bytes(&[vec![0; 65_535]]).unwrap();
    bundle_bytes(&[vec![0; 65_536]]).unwrap_err();
    bundle_bytes(&[[0]; 257]).unwrap_err();
    let missing = |_: Tile| Ok::<_, Problem>(Vec::new());
    let nodes = TileNodes {
        size: 300,
        read: missing,
    };
    prove_inclusion(&nodes, 3, Subtree::whole(300).unwrap()).unwrap_err();
}
