"""The tree is the one of RFC 6962: published vectors of certificate transparency, properties."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.merkle import (
    EMPTY_ROOT,
    CompactRange,
    InvalidProofError,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# Published by the certificate-transparency reference implementation (merkletree tests).
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): INCLUSION[0, 8],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
HASHES = [leaf_hash(leaf) for leaf in LEAVES]


def naive_root(hashes: list[bytes]) -> bytes:
    """Return the root as RFC 6962 §2.1 defines it, recursively."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    return node_hash(naive_root(hashes[:half]), naive_root(hashes[half:]))


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference_implementation(size: int) -> None:
    assert root_of(HASHES[:size]).hex() == ROOTS[size]


def test_the_empty_tree_hashes_the_empty_string_not_an_empty_leaf() -> None:
    assert sha256(b"").digest() == EMPTY_ROOT
    assert leaf_hash(b"") != EMPTY_ROOT


@pytest.mark.parametrize(("place", "proof"), INCLUSION.items())
def test_inclusion_proofs_are_those_of_the_reference_implementation(
    place: tuple[int, int], proof: list[str]
) -> None:
    index, size = place
    assert [step.hex() for step in inclusion_proof(HASHES[:size], index)] == proof


@pytest.mark.parametrize(("sizes", "proof"), CONSISTENCY.items())
def test_consistency_proofs_are_those_of_the_reference_implementation(
    sizes: tuple[int, int], proof: list[str]
) -> None:
    old, new = sizes
    assert [step.hex() for step in consistency_proof(HASHES[:new], old)] == proof


some_hashes = st.integers(0, 70).map(lambda n: [leaf_hash(bytes([i])) for i in range(n)])


@given(some_hashes)
def test_the_compact_range_gives_the_recursive_root(hashes: list[bytes]) -> None:
    assert root_of(hashes) == naive_root(hashes)


@given(some_hashes, st.data())
def test_a_stored_frontier_continues_the_tree(hashes: list[bytes], data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(hashes)))
    first = CompactRange()
    for hashed in hashes[:cut]:
        first.append(hashed)
    second = CompactRange.from_bytes(first.size, first.to_bytes())
    for hashed in hashes[cut:]:
        second.append(hashed)
    assert second.root() == naive_root(hashes)


def test_a_frontier_that_does_not_fit_its_size_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        CompactRange.from_bytes(3, bytes(32))
    with pytest.raises(ValueError, match="cut"):
        CompactRange.from_bytes(1, bytes(31))


@given(some_hashes.filter(bool), st.data())
def test_inclusion_proofs_verify_and_any_change_fails(
    hashes: list[bytes], data: st.DataObject
) -> None:
    size = len(hashes)
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(hashes, index), naive_root(hashes)
    verify_inclusion(hashes[index], index, size, proof, root)
    for changed in mutations(proof, data):
        with pytest.raises(InvalidProofError):
            verify_inclusion(hashes[index], index, size, changed, root)
    with pytest.raises(InvalidProofError):
        verify_inclusion(leaf_hash(b"another leaf"), index, size, proof, root)
    with pytest.raises(InvalidProofError):
        verify_inclusion(hashes[index], size, size, proof, root)


@given(some_hashes.filter(bool), st.data())
def test_consistency_proofs_verify_and_any_change_fails(
    hashes: list[bytes], data: st.DataObject
) -> None:
    size = len(hashes)
    old = data.draw(st.integers(0, size))
    proof, root, old_root = (
        consistency_proof(hashes, old),
        naive_root(hashes),
        naive_root(hashes[:old]),
    )
    verify_consistency(old, size, proof, old_root, root)
    for changed in mutations(proof, data):
        with pytest.raises(InvalidProofError):
            verify_consistency(old, size, changed, old_root, root)
    with pytest.raises(InvalidProofError):
        verify_consistency(old, size, proof, leaf_hash(b"a fork"), root)


def test_an_empty_tree_is_no_excuse_for_any_root() -> None:
    verify_consistency(0, 3, [], EMPTY_ROOT, root_of(HASHES[:3]))
    with pytest.raises(InvalidProofError):
        verify_consistency(0, 3, [], bytes(32), root_of(HASHES[:3]))
    with pytest.raises(InvalidProofError):
        verify_consistency(0, 0, [], EMPTY_ROOT, bytes(32))


def test_a_hash_of_another_length_is_refused() -> None:
    with pytest.raises(InvalidProofError):
        verify_inclusion(HASHES[0], 0, 2, [b"short"], root_of(HASHES[:2]))


def mutations(proof: list[bytes], data: st.DataObject) -> list[list[bytes]]:
    """Return the proof too long, too short, and with one bit turned."""
    changed = [[*proof, bytes(32)]]
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        bit = data.draw(st.integers(0, 255))
        turned = int.from_bytes(proof[place]) ^ (1 << bit)
        changed += [proof[:-1], [*proof[:place], turned.to_bytes(32), *proof[place + 1 :]]]
    return changed
