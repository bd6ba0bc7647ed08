"""A Merkle tree of pymerkle on SQLite, as its manual shows it: one entry, one transaction.

Reads a line for each order and answers it with one:

    append HEX       the number of the entry, from 1, once it is durable
    state            how many entries there are, and the root
    audit SIZE ROOT  `holds` if every entry has the hash that is stored for it, and the tree continues this one, which
                     somebody kept; else `differs` and why
"""

import sys

from pymerkle import InvalidProof, SqliteTree, verify_consistency


def audit(tree, size, root):
    for number in range(1, tree.get_size() + 1):
        if tree.hash_buff(tree.get_entry(number)) != tree.get_leaf(number):
            return f"differs: entry {number} has another hash"
    if size > tree.get_size():
        return f"differs: {tree.get_size()} entries where there were {size}"
    try:
        verify_consistency(root, tree.get_root(), tree.prove_consistency(size))
    except InvalidProof:
        return f"differs: it does not continue the {size} entries that its user knew"
    return "holds"


def answer(tree, order, rest):
    if order == "append":
        return tree.append_entry(bytes.fromhex(rest[0]))
    if order == "state":
        return f"{tree.get_size()} {tree.get_root().hex()}"
    if order == "audit":
        return audit(tree, int(rest[0]), bytes.fromhex(rest[1]))
    raise ValueError(order)


def main():
    tree = SqliteTree(sys.argv[1], algorithm="sha256")
    for line in sys.stdin:
        order, *rest = line.split()
        try:
            said = answer(tree, order, rest)
        except Exception as failed:  # Whatever its own checks raise.
            said = f"differs: {type(failed).__name__}: {failed}".replace("\n", " ")
        print(said, flush=True)


main()
