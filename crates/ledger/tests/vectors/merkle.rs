//! Hashing, inclusion, consistency, subtrees.

use habeas_ledger::Hash;
use habeas_ledger::hash::{empty_root, leaf_hash};
use habeas_ledger::proof::{
    prove_consistency, prove_inclusion, prove_subtree_consistency, verify_consistency,
    verify_inclusion, verify_subtree_consistency,
};
use habeas_ledger::tree::{Frontier, Leaves, Subtree, subtree_hash};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

use crate::file::{bytes, each, hash, hashes, hex, list, number, only, read, yes};

fn whole(size: u64) -> Subtree {
    Subtree::whole(size).unwrap()
}

fn all_hex(value: &Value) -> Vec<Hash> {
    list(value).iter().map(hex).collect()
}

#[test]
fn reference_tree() {
    let file = read(
        "rfc6962_reference_tree",
        &[
            "leaf_inputs_hex",
            "node_hashes_hex",
            "root_hashes_hex",
            "hasher",
            "derived_inclusion_proofs",
            "derived_consistency_proofs",
        ],
    );
    let mut leaves = Vec::new();
    let mut frontier = Frontier::default();
    let mut nodes: Vec<Vec<Hash>> = vec![Vec::new(); 4];
    assert_eq!(frontier.root(), hex(&file["root_hashes_hex"][0]));
    for (entry, root) in list(&file["leaf_inputs_hex"])
        .iter()
        .zip(&list(&file["root_hashes_hex"])[1..])
    {
        leaves.push(leaf_hash(&bytes(entry)));
        let keep = |node: habeas_ledger::tree::Node, hash| {
            let level = &mut nodes[node.level as usize];
            assert_eq!(node.index, level.len() as u64);
            level.push(hash);
        };
        frontier.append(leaves[leaves.len() - 1], keep).unwrap();
        assert_eq!(frontier.root(), hex(root));
    }
    let published: Vec<Vec<Hash>> = list(&file["node_hashes_hex"]).iter().map(all_hex).collect();
    assert_eq!(nodes, published);

    for case in each(
        &file["hasher"],
        &["desc", "want", "leaf_hex", "left_hex", "right_hex"],
    ) {
        let got = if let Some(leaf) = case.get("leaf_hex") {
            leaf_hash(&bytes(leaf))
        } else if case.get("left_hex").is_some() {
            // The published case joins bytes that are no hashes.
            let children = [bytes(&case["left_hex"]), bytes(&case["right_hex"])].concat();
            Hash(Sha256::digest([&[1], children.as_slice()].concat()).into())
        } else {
            empty_root()
        };
        assert_eq!(got, hex(&case["want"]), "{}", case["desc"]);
    }
    let nodes = Leaves(&leaves);
    let root = |size| hex(&file["root_hashes_hex"][usize::try_from(size).unwrap()]);
    let inclusion = each(
        &file["derived_inclusion_proofs"],
        &["tree_size", "index", "proof_hex"],
    );
    for case in inclusion {
        let (index, size) = (number(&case["index"]), number(&case["tree_size"]));
        let proof = all_hex(&case["proof_hex"]);
        assert_eq!(prove_inclusion(&nodes, index, whole(size)).unwrap(), proof);
        let leaf = leaves[usize::try_from(index).unwrap()];
        verify_inclusion(&leaf, index, whole(size), &root(size), &proof).unwrap();
    }
    let consistency = each(
        &file["derived_consistency_proofs"],
        &["size1", "size2", "proof_hex"],
    );
    for case in consistency {
        let (old, size) = (number(&case["size1"]), number(&case["size2"]));
        let proof = all_hex(&case["proof_hex"]);
        assert_eq!(prove_consistency(&nodes, old, size).unwrap(), proof);
        verify_consistency(old, &root(old), size, &root(size), &proof).unwrap();
    }
    assert_eq!((inclusion.len(), consistency.len()), (36, 36));
}

/// Whether `verify` answers as the vector wants. Where a field is no hash, nothing is there to verify.
fn answered(case: &Value, verify: impl FnOnce() -> Option<bool>) {
    let verified = verify().unwrap_or(false);
    assert_eq!(verified, !yes(&case["wantErr"]), "{}", case["name"]);
}

#[test]
fn inclusion() {
    let file = read(
        "merkle_inclusion_vectors",
        &["count", "vectors", "my_verifier_disagrees"],
    );
    let fields = [
        "name", "leafIdx", "treeSize", "root", "leafHash", "proof", "desc", "wantErr",
    ];
    let cases = each(&file["vectors"], &fields);
    assert_eq!(cases.len() as u64, number(&file["count"]));
    for case in cases {
        answered(case, || {
            let tree = Subtree::whole(number(&case["treeSize"])).ok()?;
            let (leaf, root) = (hash(&case["leafHash"])?, hash(&case["root"])?);
            let proof = hashes(&case["proof"])?;
            let index = number(&case["leafIdx"]);
            Some(verify_inclusion(&leaf, index, tree, &root, &proof).is_ok())
        });
    }
}

#[test]
fn consistency() {
    let file = read(
        "merkle_consistency_vectors",
        &["count", "vectors", "my_verifier_disagrees"],
    );
    let fields = [
        "name", "size1", "size2", "root1", "root2", "proof", "desc", "wantErr",
    ];
    let cases = each(&file["vectors"], &fields);
    assert_eq!(cases.len() as u64, number(&file["count"]));
    for case in cases {
        answered(case, || {
            let (old, size) = (number(&case["size1"]), number(&case["size2"]));
            let (old_root, root) = (hash(&case["root1"])?, hash(&case["root2"])?);
            let proof = hashes(&case["proof"])?;
            Some(verify_consistency(old, &old_root, size, &root, &proof).is_ok())
        });
    }
}

#[test]
fn subtrees() {
    let file = read(
        "merkle_subtree_vectors",
        &["subtree_inclusion", "subtree_consistency"],
    );
    let fields = [
        "name", "leafIdx", "start", "end", "root", "leafHash", "proof", "desc", "wantErr",
    ];
    let inclusion = each(&file["subtree_inclusion"], &fields);
    for case in inclusion {
        answered(case, || {
            let subtree = Subtree::new(number(&case["start"]), number(&case["end"])).ok()?;
            let (leaf, root) = (hash(&case["leafHash"])?, hash(&case["root"])?);
            let proof = hashes(&case["proof"])?;
            let index = number(&case["leafIdx"]);
            Some(verify_inclusion(&leaf, index, subtree, &root, &proof).is_ok())
        });
    }
    let fields = [
        "name", "start", "end", "size", "root1", "root2", "proof", "desc", "wantErr",
    ];
    let consistency = each(&file["subtree_consistency"], &fields);
    for case in consistency {
        answered(case, || {
            let subtree = Subtree::new(number(&case["start"]), number(&case["end"])).ok()?;
            let (inner, root) = (hash(&case["root1"])?, hash(&case["root2"])?);
            let proof = hashes(&case["proof"])?;
            let size = number(&case["size"]);
            Some(verify_subtree_consistency(subtree, &inner, size, &root, &proof).is_ok())
        });
    }
    assert_eq!((inclusion.len(), consistency.len()), (204, 118));
}

/// Four hashes over all that is proved about the first 130 leaves, each of one byte.
#[test]
fn accumulated() {
    let file = read(
        "merkle_accumulated_vectors",
        &["tree", "valid_subtree", "vectors"],
    );
    only(&file["tree"], &["max_size", "leaf"]);
    let max = number(&file["tree"]["max_size"]);
    let byte = |i| leaf_hash(&[u8::try_from(i).unwrap()]);
    let leaves: Vec<Hash> = (0..max).map(byte).collect();
    let nodes = Leaves(&leaves);
    let shown = |proof: &[Hash]| -> String {
        let hex = |hash: &Hash| {
            hash.0
                .iter()
                .map(|b| format!("{b:02x}"))
                .collect::<String>()
        };
        proof.iter().map(|hash| format!(" {}", hex(hash))).collect()
    };
    let mut lines: [String; 4] = Default::default();
    for end in 0..=max {
        for start in 0..=end {
            let [left, right] = Subtree::covering(start, end).unwrap();
            let (s, middle, e) = (left.start(), left.end(), right.end());
            assert_eq!(middle, right.start());
            writeln!(lines[3], "[{s}, {middle}) [{middle}, {e})").unwrap();
            let Ok(subtree) = Subtree::new(start, end) else {
                continue;
            };
            let hash = subtree_hash(&nodes, subtree).unwrap();
            writeln!(lines[0], "[{start}, {end}){}", shown(&[hash])).unwrap();
            for index in start..end {
                let proof = prove_inclusion(&nodes, index, subtree).unwrap();
                writeln!(lines[1], "{index} [{start}, {end}){}", shown(&proof)).unwrap();
                let leaf = leaves[usize::try_from(index).unwrap()];
                verify_inclusion(&leaf, index, subtree, &hash, &proof).unwrap();
            }
        }
    }
    for size in 0..=max {
        let root = subtree_hash(&nodes, whole(size)).unwrap();
        for end in 0..=size {
            for subtree in (0..=end).filter_map(|start| Subtree::new(start, end).ok()) {
                let start = subtree.start();
                let proof = if start == end {
                    Vec::new()
                } else {
                    prove_subtree_consistency(&nodes, subtree, size).unwrap()
                };
                writeln!(lines[2], "[{start}, {end}) {size}{}", shown(&proof)).unwrap();
                let hash = subtree_hash(&nodes, subtree).unwrap();
                verify_subtree_consistency(subtree, &hash, size, &root, &proof).unwrap();
            }
        }
    }
    let vectors = each(&file["vectors"], &["algorithm", "loop", "line", "sha256"]);
    assert_eq!(vectors.len(), lines.len());
    for (vector, lines) in vectors.iter().zip(&lines) {
        let digest = Hash(Sha256::digest(lines).into());
        assert_eq!(digest, hex(&vector["sha256"]), "{}", vector["algorithm"]);
    }
}

#[test]
fn a_log_of_a_thousand_million_leaves() {
    let file = read(
        "real_world_ct_proofs",
        &["tree_size", "root_base64", "inclusion", "consistency"],
    );
    let (size, root) = (
        number(&file["tree_size"]),
        hash(&file["root_base64"]).unwrap(),
    );
    let inclusion = &file["inclusion"];
    only(inclusion, &["index", "leaf_hash_base64", "proof_base64"]);
    let leaf = hash(&inclusion["leaf_hash_base64"]).unwrap();
    let proof = hashes(&inclusion["proof_base64"]).unwrap();
    let index = number(&inclusion["index"]);
    verify_inclusion(&leaf, index, whole(size), &root, &proof).unwrap();
    verify_inclusion(&leaf, index + 1, whole(size), &root, &proof).unwrap_err();

    let consistency = &file["consistency"];
    only(consistency, &["size1", "root1_base64", "proof_base64"]);
    let old = number(&consistency["size1"]);
    let old_root = hash(&consistency["root1_base64"]).unwrap();
    let proof = hashes(&consistency["proof_base64"]).unwrap();
    verify_consistency(old, &old_root, size, &root, &proof).unwrap();
    verify_consistency(old + 1, &old_root, size, &root, &proof).unwrap_err();
}
