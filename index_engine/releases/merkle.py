"""The Merkle tree of the log of releases: root, inclusion and consistency proofs (RFC 6962, section 2.1; the checks
of proofs as in RFC 9162, 2.1.3.2 and 2.1.4.2). Hashes are SHA-256, 32 bytes."""

import hashlib
from collections.abc import Sequence


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over hashes of leaves; of none the hash of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return _node(root(leaves[:split]), root(leaves[split:]))


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """What, with the leaf at `index`, gives the root."""
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(index, leaves[:split]), root(leaves[split:])]
    return [*inclusion_proof(index - split, leaves[split:]), root(leaves[:split])]


def consistency_proof(size: int, leaves: Sequence[bytes]) -> list[bytes]:
    """What shows that the tree of the first `size` leaves was only added to; `size` from 1."""
    return _subproof(size, leaves, True)


def verifies_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], tree_root: bytes) -> bool:
    if not 0 <= index < size:
        return False
    position, last, value = index, size - 1, leaf
    for part in proof:
        if last == 0:
            return False
        if position % 2 or position == last:
            value = _node(part, value)
            while not position % 2 and position:
                position, last = position >> 1, last >> 1
        else:
            value = _node(value, part)
        position, last = position >> 1, last >> 1
    return last == 0 and value == tree_root


def verifies_consistency(size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of `new_size` leaves begins with that of `size`, from 1."""
    if not 0 < size <= new_size:
        return False
    if size == new_size:
        return not proof and old_root == new_root
    path = [old_root, *proof] if size & (size - 1) == 0 else list(proof)
    if not path:
        return False
    position, last = size - 1, new_size - 1
    while position % 2:
        position, last = position >> 1, last >> 1
    old = new = path[0]
    for part in path[1:]:
        if last == 0:
            return False
        if position % 2 or position == last:
            old, new = _node(part, old), _node(part, new)
            while not position % 2 and position:
                position, last = position >> 1, last >> 1
        else:
            new = _node(new, part)
        position, last = position >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _split(size: int) -> int:
    """The largest power of two below `size`, from 2."""
    return 1 << (size - 1).bit_length() - 1


def _subproof(size: int, leaves: Sequence[bytes], is_whole: bool) -> list[bytes]:
    if size == len(leaves):
        return [] if is_whole else [root(leaves)]
    split = _split(len(leaves))
    if size <= split:
        return [*_subproof(size, leaves[:split], is_whole), root(leaves[split:])]
    return [*_subproof(size - split, leaves[split:], False), root(leaves[:split])]
