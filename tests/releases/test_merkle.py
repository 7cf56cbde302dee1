"""The Merkle tree of the log, against the vectors of Certificate Transparency and against itself."""

import hashlib
from itertools import product

import pytest

from index_engine.releases import merkle

# The leaves that implementations of RFC 6962 test themselves with, and the root of all.
ENTRIES = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
ENTRIES.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
LEAVES = [merkle.leaf_hash(entry) for entry in ENTRIES]
ROOT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_the_root_of_the_usual_vectors():
    assert merkle.root(LEAVES).hex() == ROOT
    assert merkle.root([]).hex() == hashlib.sha256(b"").hexdigest()
    assert merkle.root(LEAVES[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@pytest.mark.parametrize("size", range(1, 9))
def test_inclusion_is_proved_and_nothing_else(size: int):
    leaves = LEAVES[:size]
    tree_root = merkle.root(leaves)
    for index, other in product(range(size), range(size)):
        proof = merkle.inclusion_proof(index, leaves)
        assert merkle.verifies_inclusion(leaves[index], other, size, proof, tree_root) == (index == other)
        assert not merkle.verifies_inclusion(leaves[index], index, size, [*proof, tree_root], tree_root)
        if proof:
            assert not merkle.verifies_inclusion(leaves[index], index, size, proof[:-1], tree_root)
    assert not merkle.verifies_inclusion(leaves[0], size, size, [], tree_root)


@pytest.mark.parametrize("size", range(1, 9))
def test_consistency_is_proved_and_nothing_else(size: int):
    new_root = merkle.root(LEAVES)
    proof = merkle.consistency_proof(size, LEAVES)
    assert merkle.verifies_consistency(size, merkle.root(LEAVES[:size]), 8, new_root, proof)
    replaced = [merkle.leaf_hash(b"replaced"), *LEAVES[1:size]]
    assert not merkle.verifies_consistency(size, merkle.root(replaced), 8, new_root, proof)
    assert not merkle.verifies_consistency(size, merkle.root(LEAVES[:size]), 8, merkle.root(LEAVES[::-1]), proof)
    assert not merkle.verifies_consistency(size, merkle.root(LEAVES[:size]), 8, new_root, [*proof, new_root])
    assert not merkle.verifies_consistency(0, merkle.root([]), 8, new_root, proof)
