"""Public codes of records and secret tokens of links."""

import hashlib
import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# No vowels, so no words; no 0, 1, I, L, O, so nothing is misread over the telephone.
ALPHABET = "23456789BCDFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 8

_random: ContextVar[random.Random | None] = ContextVar("random", default=None)


def new_code(length: int = CODE_LENGTH) -> str:
    """A random public code. 28**8 values: a clash among ten million records has odds of 1 in 38,000."""
    source = _random.get() or secrets.SystemRandom()
    return "".join(source.choice(ALPHABET) for _ in range(length))


def normalise_code(typed: str) -> str:
    """What a person typed, as a code is stored: upper case, without spaces and dashes."""
    return "".join(character for character in typed.upper() if character.isalnum())


def new_token() -> str:
    """A secret of 256 bits for a mailed link; only its hash is stored."""
    return secrets.token_urlsafe(32)


def new_seed() -> str:
    """256 random bits as 64 hexadecimal digits, for a draw that is made public later."""
    source = _random.get() or secrets.SystemRandom()
    return f"{source.getrandbits(256):064x}"


def hash_token(token: str) -> str:
    """SHA-256 as 64 hexadecimal digits. A random token needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


@contextmanager
def seeded(seed: int) -> Iterator[random.Random]:
    """Draw codes and seeds inside the block from a seeded generator: for the demo, never for secrets."""
    generator = random.Random(seed)
    token = _random.set(generator)
    try:
        yield generator
    finally:
        _random.reset(token)
