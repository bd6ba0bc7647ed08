//! Proofs of every tree up to 300 leaves, spoiled in every way, and the same ones made by two independent implementations.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use std::collections::BTreeMap;

use habeas_ledger::hash::{leaf_hash, node_hash};
use habeas_ledger::proof::{
    inclusion_length, prove_consistency, prove_inclusion, verify_consistency, verify_inclusion,
};
use habeas_ledger::tile::{TILE_WIDTH, Tile, TileNodes, hash_tiles, tile_bytes, tile_hashes};
use habeas_ledger::tree::{Frontier, Node, Nodes, Subtree, subtree_hash};
use habeas_ledger::{Hash, Problem};
use tlog_tiles::tlog::{self, HashReader};

const SIZE: u64 = 300;

/// Nodes as they were told while the log grew.
#[derive(Default)]
struct Stored {
    nodes: BTreeMap<Node, Hash>,
    /// By size.
    roots: Vec<Hash>,
    leaves: Vec<Hash>,
}

impl Nodes for Stored {
    type Error = Problem;

    fn read(&self, nodes: &[Node]) -> Result<Vec<Hash>, Problem> {
        Ok(nodes.iter().map(|node| self.nodes[node]).collect())
    }
}

fn entry(index: u64) -> Vec<u8> {
    index.to_be_bytes().to_vec()
}

fn grown(size: u64) -> Stored {
    let mut stored = Stored::default();
    let mut frontier = Frontier::default();
    stored.roots.push(frontier.root());
    for index in 0..size {
        let leaf = leaf_hash(&entry(index));
        let nodes = &mut stored.nodes;
        let keep = |node, hash| assert_eq!(nodes.insert(node, hash), None);
        frontier.append(leaf, keep).unwrap();
        stored.roots.push(frontier.root());
        stored.leaves.push(leaf);
        let again = Frontier::from_parts(frontier.size(), frontier.peaks().to_vec());
        assert_eq!(again, Ok(frontier.clone()));
    }
    stored
}

fn whole(size: u64) -> Subtree {
    Subtree::whole(size).unwrap()
}

fn at(index: u64) -> usize {
    usize::try_from(index).unwrap()
}

/// Every proof that differs from `proof` by one hash: each flipped in one bit, each left out, one more at each place.
fn spoiled(proof: &[Hash], bit: u64) -> Vec<Vec<Hash>> {
    let mut all = Vec::new();
    for place in 0..proof.len() {
        let mut flipped = proof.to_vec();
        flipped[place].0[at(bit / 8 % 32)] ^= 1 << (bit % 8);
        all.push(flipped);
        let mut shorter = proof.to_vec();
        shorter.remove(place);
        all.push(shorter);
        if place > 0 && proof[place] != proof[place - 1] {
            let mut swapped = proof.to_vec();
            swapped.swap(place, place - 1);
            all.push(swapped);
        }
    }
    for place in 0..=proof.len() {
        let mut longer = proof.to_vec();
        longer.insert(place, Hash([0; 32]));
        all.push(longer);
    }
    all
}

/// Sizes around which trees differ most, for the expensive checks; all of them would take a minute.
fn telling(size: u64) -> bool {
    size <= 40 || size.is_multiple_of(37) || (254..=258).contains(&size) || size >= SIZE - 1
}

#[test]
fn every_inclusion() {
    let stored = grown(SIZE);
    for size in 1..=SIZE {
        let root = stored.roots[at(size)];
        assert_eq!(subtree_hash(&stored, whole(size)).unwrap(), root);
        for index in 0..size {
            let leaf = stored.leaves[at(index)];
            let proof = prove_inclusion(&stored, index, whole(size)).unwrap();
            assert_eq!(inclusion_length(index, size), Some(proof.len()));
            verify_inclusion(&leaf, index, whole(size), &root, &proof).unwrap();
            if !telling(size) {
                continue;
            }
            for wrong in spoiled(&proof, size * SIZE + index) {
                verify_inclusion(&leaf, index, whole(size), &root, &wrong).unwrap_err();
            }
            for other in [index.wrapping_sub(1), index + 1] {
                verify_inclusion(&leaf, other, whole(size), &root, &proof).unwrap_err();
            }
            let other = stored.roots[at(size - 1)];
            verify_inclusion(&leaf, index, whole(size), &other, &proof).unwrap_err();
        }
        prove_inclusion(&stored, size, whole(size)).unwrap_err();
        assert_eq!(inclusion_length(size, size), None);
    }
}

#[test]
fn every_consistency() {
    let stored = grown(SIZE);
    for size in 1..=SIZE {
        let root = stored.roots[at(size)];
        for old in 1..=size {
            let old_root = stored.roots[at(old)];
            let proof = prove_consistency(&stored, old, size).unwrap();
            verify_consistency(old, &old_root, size, &root, &proof).unwrap();
            assert_eq!(proof.is_empty(), old == size);
            if !telling(size) {
                continue;
            }
            for wrong in spoiled(&proof, size * SIZE + old) {
                verify_consistency(old, &old_root, size, &root, &wrong).unwrap_err();
            }
            for other in [old - 1, old + 1] {
                verify_consistency(other, &old_root, size, &root, &proof).unwrap_err();
            }
            let other = stored.roots[at(old - 1)];
            verify_consistency(old, &other, size, &root, &proof).unwrap_err();
        }
        verify_consistency(0, &stored.roots[0], size, &root, &[]).unwrap_err();
        prove_consistency(&stored, size + 1, size).unwrap_err();
    }
}

/// `tlog_tiles` reads nodes by an index over all that are stored, as the Go checksum database does.
struct ForPeer<'a>(&'a Stored);

impl HashReader for ForPeer<'_> {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog::Hash>, tlog::Error> {
        let read = |index: &u64| {
            let (level, index) = tlog::split_stored_hash_index(*index);
            let level = u32::from(level);
            tlog::Hash(self.0.nodes[&Node { level, index }].0)
        };
        Ok(indexes.iter().map(read).collect())
    }
}

#[test]
fn tlog_tiles_makes_the_same_proofs() {
    let stored = grown(SIZE);
    let ours = |proof: Vec<tlog::Hash>| -> Vec<Hash> {
        proof.into_iter().map(|hash| Hash(hash.0)).collect()
    };
    for size in 1..=SIZE {
        let root = tlog::tree_hash(size, &ForPeer(&stored)).unwrap();
        assert_eq!(stored.roots[at(size)], Hash(root.0));
        for index in (0..size).filter(|_| telling(size)) {
            let theirs = tlog::prove_record(size, index, &ForPeer(&stored)).unwrap();
            let proof = prove_inclusion(&stored, index, whole(size)).unwrap();
            assert_eq!(ours(theirs), proof, "{index} of {size}");
            let theirs = tlog::prove_tree(size, index + 1, &ForPeer(&stored)).unwrap();
            let proof = prove_consistency(&stored, index + 1, size).unwrap();
            assert_eq!(ours(theirs), proof, "{} to {size}", index + 1);
        }
    }
}

#[test]
fn ct_merkle_makes_the_same_proofs() {
    let stored = grown(SIZE);
    let mut peer = ct_merkle::mem_backed_tree::MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new();
    let flat = |proof: &[Hash]| tile_bytes(proof);
    for size in 1..=SIZE {
        peer.push(entry(size - 1));
        assert_eq!(peer.root().as_bytes().as_slice(), stored.roots[at(size)].0);
        for index in (0..size).filter(|_| telling(size)) {
            let theirs = peer.prove_inclusion(at(index));
            let proof = prove_inclusion(&stored, index, whole(size)).unwrap();
            assert_eq!(theirs.as_bytes(), flat(&proof), "{index} of {size}");
            // It proves growth by a number of leaves, and growth by none not at all.
            if let Some(added) = (size - index).checked_sub(1).filter(|added| *added > 0) {
                let theirs = peer.prove_consistency(at(added));
                let proof = prove_consistency(&stored, index + 1, size).unwrap();
                assert_eq!(theirs.as_bytes(), flat(&proof), "{} to {size}", index + 1);
            }
        }
    }
}

#[test]
fn paths_agree_with_tlog_tiles() {
    for size in [1, 255, 256, 257, 70_000, 65_536, 16_777_217] {
        let ours: Vec<String> = hash_tiles(0, size).map(|tile| tile.to_string()).collect();
        let mut theirs: Vec<String> = tlog_tiles::tile::Tile::new_tiles(8, 0, size)
            .iter()
            // It writes the height of its tiles into their paths; ours is fixed.
            .map(|tile| tile.path().replacen("tile/8/", "tile/", 1))
            .collect();
        theirs.sort();
        let mut sorted = ours.clone();
        sorted.sort();
        assert_eq!(sorted, theirs, "{size}");
    }
}

/// What is written step by step is what is there in the end, and no tile is written twice at one width.
#[test]
fn growing_tiles() {
    for step in [1, 7, 100, 255, 256, 257, 1000] {
        let mut written = std::collections::BTreeSet::new();
        let mut size = 0;
        while size < 70_000 {
            for tile in hash_tiles(size, size + step) {
                assert!(written.insert(tile), "{tile} twice");
            }
            size += step;
            if size % 11 == 0 {
                let there: Vec<Tile> = hash_tiles(0, size).collect();
                let full = |tile: &Tile| tile.width == TILE_WIDTH;
                assert!(there.iter().all(|tile| written.contains(tile)));
                let widest = written.iter().filter(|tile| full(tile)).count();
                assert_eq!(there.iter().filter(|tile| full(tile)).count(), widest);
            }
        }
    }
    assert_eq!(hash_tiles(300, 300).count(), 0);
}

/// A log of 2^40 leaves of which only the frontier is known, and a few more.
#[test]
fn a_large_log() {
    let half = Hash([7; 32]);
    let old = 1 << 40;
    let mut stored = Stored::default();
    stored.nodes.insert(
        Node {
            level: 40,
            index: 0,
        },
        half,
    );
    let mut frontier = Frontier::from_parts(old, vec![half]).unwrap();
    for index in old..old + 3 {
        let keep = |node, hash| assert_eq!(stored.nodes.insert(node, hash), None);
        frontier.append(leaf_hash(&entry(index)), keep).unwrap();
    }
    let (size, root) = (frontier.size(), frontier.root());
    let leaf = |index| leaf_hash(&entry(index));
    let pair = node_hash(&leaf(old), &leaf(old + 1));
    assert_eq!(root, node_hash(&half, &node_hash(&pair, &leaf(old + 2))));
    let proof = prove_consistency(&stored, old, size).unwrap();
    verify_consistency(old, &half, size, &root, &proof).unwrap();
    let proof = prove_inclusion(&stored, old + 1, whole(size)).unwrap();
    verify_inclusion(&leaf(old + 1), old + 1, whole(size), &root, &proof).unwrap();

    Subtree::whole(1 << 63).unwrap_err();
    Subtree::whole((1 << 63) - 1).unwrap();
    Frontier::from_parts(3, vec![half]).unwrap_err();
    let full = u64::MAX >> 1;
    let mut full = Frontier::from_parts(full, vec![half; 63]).unwrap();
    full.append(half, |_, _| panic!("nothing is added"))
        .unwrap_err();
}

/// Proofs from tiles as they lie in a folder, partial ones replaced by full ones.
#[test]
fn proofs_from_tiles() {
    let size = 70_000;
    let stored = grown(size);
    let read = |tile: Tile| {
        let habeas_ledger::tile::Content::Hashes(level) = tile.content else {
            panic!("no hashes were asked for")
        };
        let node = |at| Node {
            level: level * 8,
            index: tile.index * TILE_WIDTH + at,
        };
        // What a server that has thrown partial tiles away would give: as much of the full tile as there is.
        let hashes: Vec<Hash> = (0..TILE_WIDTH)
            .map_while(|at| stored.nodes.get(&node(at)).copied())
            .collect();
        tile_hashes(tile, &tile_bytes(&hashes))
    };
    for old in [1, 2, 255, 256, 257, 4_095, 65_535, 65_536, 65_537, 69_999] {
        for size in [old, old + 1, size] {
            let nodes = TileNodes { size, read };
            let proof = prove_consistency(&nodes, old, size).unwrap();
            assert_eq!(proof, prove_consistency(&stored, old, size).unwrap());
            let proof = prove_inclusion(&nodes, old - 1, whole(size)).unwrap();
            assert_eq!(
                proof,
                prove_inclusion(&stored, old - 1, whole(size)).unwrap()
            );
        }
    }
}
