"""Hashing passwords with Argon2id. Slow on purpose: call it before a transaction begins."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

MIN_LENGTH = 10
MAX_LENGTH = 200


class _Settings:
    """What the configuration says, and a hash that belongs to nobody, at the same cost."""

    hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
    nobody: str | None = None


def init_passwords(*, memory_kib: int, rounds: int) -> None:
    """Set the cost: 19 MiB and 2 rounds are OWASP's minimum; tests take less."""
    _Settings.hasher = PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=1)
    _Settings.nobody = None


def hash_password(password: str) -> str:
    """The hash to store."""
    return _Settings.hasher.hash(_prepare(password))


def is_password(stored: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed. Without a hash it takes as long, and is not."""
    known = stored is not None and stored.startswith("$argon2")
    try:
        _Settings.hasher.verify(stored if known and stored else _hash_of_nobody(), _prepare(password))
    except (VerifyMismatchError, VerificationError, InvalidHashError):
        return False
    return known


def _hash_of_nobody() -> str:
    if _Settings.nobody is None:
        _Settings.nobody = hash_password("nobody knows this one, and nothing accepts it")
    return _Settings.nobody


def _prepare(password: str) -> str:
    """The same letters typed on another keyboard are the same password."""
    return unicodedata.normalize("NFKC", password)
