"""A time stamp of a release (RFC 3161), from a file that the user obtained of an authority; nothing is fetched."""

import hashlib
from pathlib import Path

from index_engine.errors import InputError
from index_engine.releases.pack import PROOF_FILE, TIME_STAMP_FILE

# The object identifier of SHA-256 in DER, with which the imprint of a message begins in a token.
_SHA256_OID = bytes.fromhex("0609608648016503040201")
_TOKEN_OID = bytes.fromhex("060b2a864886f70d0109100104")  # id-ct-TSTInfo, which a request does not have
_DER_SEQUENCE, _DER_OCTETS_OF_32 = 0x30, bytes.fromhex("0420")
_MOST_BYTES = 1_000_000


def attach_time_stamp(folder: Path, file: Path) -> Path:
    """Copy a time stamp into a release; returns the copy. Raises InputError where it is none of proof.json by SHA-256.

    That the token is of this release is checked, and not the signature of the authority: `openssl ts -verify` does,
    with the authority's certificate.
    """
    if not (folder / PROOF_FILE).is_file():
        raise InputError("release_not_published", folder=folder)
    if not file.is_file():
        raise InputError("time_stamp_of_another", file=file)
    content = file.read_bytes()[:_MOST_BYTES]
    if not is_time_stamp(content, (folder / PROOF_FILE).read_bytes()):
        raise InputError("time_stamp_of_another", file=file)
    draft = folder.parent / f".{folder.name}.tsr.part"
    draft.write_bytes(content)
    return draft.replace(folder / TIME_STAMP_FILE)


def is_time_stamp(token: bytes, content: bytes) -> bool:
    """Whether a token in DER holds the SHA-256 of `content` as its imprint, and nothing follows it."""
    if len(token) < 4 or token[0] != _DER_SEQUENCE:
        return False
    length, header = token[1], 2
    if length >= 0x80:
        header += length - 0x80
        length = int.from_bytes(token[2:header], "big")
    digest = _DER_OCTETS_OF_32 + hashlib.sha256(content).digest()
    # The algorithm may end with a NULL before the digest.
    is_imprinted = any(_SHA256_OID + null + digest in token for null in (b"", b"\x05\x00"))
    return header + length == len(token) and _TOKEN_OID in token and is_imprinted
