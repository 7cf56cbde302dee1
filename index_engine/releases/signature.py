"""Signing with the publisher's key, Ed25519 (RFC 8032), kept as PEM: PKCS 8 the private one, SPKI the public one."""

from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from index_engine.errors import InputError


def read_private_key(file: Path) -> Ed25519PrivateKey:
    """Raises InputError where the file is no such key without a password."""
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (FileNotFoundError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise InputError("key_unreadable", file=file) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError("key_unreadable", file=file)
    return key


def read_public_key(file: Path) -> str:
    """The key as it stands in a release, in hexadecimal digits. Raises InputError where the file is none."""
    try:
        key = load_pem_public_key(file.read_bytes())
    except (FileNotFoundError, ValueError, UnsupportedAlgorithm) as error:
        raise InputError("key_unreadable", file=file) from error
    if not isinstance(key, Ed25519PublicKey):
        raise InputError("key_unreadable", file=file)
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def public_key_of(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def verifies_signature(public_key: str, signature: bytes, content: bytes) -> bool:
    """Whether `signature`, in hexadecimal digits and a line end, is of `content` by the key."""
    try:
        line = signature.decode("ascii")
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(line.removesuffix("\n")), content)
    except (ValueError, InvalidSignature):
        return False
    return line == line.removesuffix("\n").lower().replace(" ", "") + "\n"


def sign(key: Ed25519PrivateKey, content: bytes) -> bytes:
    return (key.sign(content).hex() + "\n").encode()
