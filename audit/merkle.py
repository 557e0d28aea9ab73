"""Merkle tree hashing, proofs and their verification (RFC 6962 §2.1, RFC 9162 §2.1). Pure."""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final, Self

HASH_BYTES: Final = 32
# RFC 6962 §2.1: the hash of an empty list is the hash of an empty string.
EMPTY_ROOT: Final = sha256(b"").digest()


class InvalidProofError(ValueError):
    """The proof does not show what it claims."""


def leaf_hash(leaf: bytes) -> bytes:
    """Hash a leaf under its own prefix, so that no node passes for a leaf (RFC 6962 §2.1)."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees (RFC 6962 §2.1)."""
    return sha256(b"\x01" + left + right).digest()


class CompactRange:
    """The perfect subtrees of a growing tree, largest first: all an append needs.

    A tree of n leaves keeps one hash for each bit set in n, so an append costs two hashes on
    average and never reads older leaves.
    """

    __slots__ = ("hashes", "size")

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)
        if len(self.hashes) != size.bit_count():
            raise ValueError("the frontier does not fit the size")

    @classmethod
    def from_bytes(cls, size: int, frontier: bytes) -> Self:
        """Read a stored frontier; raise ValueError if it does not fit the size."""
        if len(frontier) % HASH_BYTES:
            raise ValueError("the frontier is cut")
        starts = range(0, len(frontier), HASH_BYTES)
        return cls(size, (frontier[start : start + HASH_BYTES] for start in starts))

    def to_bytes(self) -> bytes:
        """Return the frontier to store."""
        return b"".join(self.hashes)

    def append(self, leaf: bytes) -> None:
        """Take in the hash of the next leaf, merging subtrees that became perfect."""
        size, hashes = self.size, self.hashes
        while size & 1:
            leaf = sha256(b"\x01" + hashes.pop() + leaf).digest()
            size >>= 1
        hashes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree so far."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the root over leaf hashes in order."""
    tree = CompactRange()
    for hashed in leaf_hashes:
        tree.append(hashed)
    return tree.root()


def _split(size: int) -> int:
    """Return the largest power of two smaller than the size."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of one leaf (RFC 6962 §2.1.1). Raises IndexError outside the tree."""
    size = len(leaf_hashes)
    if not 0 <= index < size:
        raise IndexError(index)
    path: list[bytes] = []
    start = 0
    while size > 1:
        half = _split(size)
        if index < half:
            path.append(root_of(leaf_hashes[start + half : start + size]))
            size = half
        else:
            path.append(root_of(leaf_hashes[start : start + half]))
            start, index, size = start + half, index - half, size - half
    return path[::-1]


def consistency_proof(leaf_hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """Show that the tree extends its own first leaves (RFC 6962 §2.1.2).

    The proof from an empty tree or to the same tree is empty. Raises IndexError outside the tree.
    """
    size = len(leaf_hashes)
    if not 0 <= old_size <= size:
        raise IndexError(old_size)
    if old_size in (0, size):
        return []
    path: list[bytes] = []
    start, whole = 0, True
    while old_size != size:
        half = _split(size)
        if old_size <= half:
            path.append(root_of(leaf_hashes[start + half : start + size]))
            size = half
        else:
            path.append(root_of(leaf_hashes[start : start + half]))
            start, old_size, size, whole = start + half, old_size - half, size - half, False
    if not whole:
        path.append(root_of(leaf_hashes[start : start + size]))
    return path[::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check an audit path (RFC 9162 §2.1.3.2), or raise InvalidProofError."""
    if not 0 <= index < size:
        raise InvalidProofError("the index is outside the tree")
    _require_hashes([leaf, root, *proof])
    fn, sn, hashed = index, size - 1, leaf
    for step in proof:
        if sn == 0:
            raise InvalidProofError("the proof is too long")
        if fn & 1 or fn == sn:
            hashed = node_hash(step, hashed)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            hashed = node_hash(hashed, step)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise InvalidProofError("the proof is too short")
    if hashed != root:
        raise InvalidProofError("the proof leads to another root")


def verify_consistency(
    old_size: int, size: int, proof: Sequence[bytes], old_root: bytes, root: bytes
) -> None:
    """Check that one tree extends another (RFC 9162 §2.1.4.2), or raise InvalidProofError.

    An old size of 0 proves nothing, so only the empty tree's root is accepted for it: leaving
    that out would let any claimed root pass.
    """
    if not 0 <= old_size <= size:
        raise InvalidProofError("the older tree is larger")
    _require_hashes([old_root, root, *proof])
    if old_size in (0, size):
        if proof:
            raise InvalidProofError("the proof is too long")
        if old_root != (EMPTY_ROOT if old_size == 0 else root):
            raise InvalidProofError("the same size has two roots")
        if size == 0 and root != EMPTY_ROOT:
            raise InvalidProofError("an empty tree has another root")
        return
    _walk_consistency(old_size, size, list(proof), old_root, root)


def _walk_consistency(
    old_size: int, size: int, path: list[bytes], old_root: bytes, root: bytes
) -> None:
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        raise InvalidProofError("the proof is too short")
    fn, sn = old_size - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    older = newer = path[0]
    for step in path[1:]:
        if sn == 0:
            raise InvalidProofError("the proof is too long")
        if fn & 1 or fn == sn:
            older, newer = node_hash(step, older), node_hash(step, newer)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            newer = node_hash(newer, step)
        fn, sn = fn >> 1, sn >> 1
    if sn != 0:
        raise InvalidProofError("the proof is too short")
    if older != old_root or newer != root:
        raise InvalidProofError("the proof leads to another root")


def _require_hashes(hashes: Iterable[bytes]) -> None:
    if any(len(value) != HASH_BYTES for value in hashes):
        raise InvalidProofError("a hash has 32 bytes")
