"""One-time codes by the clock (RFC 6238), and the picture that hands their secret to a telephone."""

import pyotp

from registry.core import clock

STEP_SECONDS = 30
ISSUER = "Training Registry"
_TOLERANCE = (0, -1, 1)


def new_secret() -> str:
    """160 random bits in Base32."""
    return pyotp.random_base32()


def find_counter(secret: str, code: str, after: int) -> int | None:
    """The time step whose code this is, among the current one and its neighbours later than `after`."""
    now = int(clock.now().timestamp()) // STEP_SECONDS
    generator = pyotp.TOTP(secret, interval=STEP_SECONDS)
    for offset in _TOLERANCE:
        counter = now + offset
        if pyotp.utils.strings_equal(generator.generate_otp(counter), code) and counter > after:
            return counter
    return None


def address_for_app(secret: str, email: str) -> str:
    """The otpauth address that an authenticator app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def picture(secret: str, email: str) -> str:
    """The address as a QR code: an SVG as a data address, since the security policy forbids inline style."""
    # A tenth of a second of each start, for the one page that sets up a second step.
    import segno

    return segno.make(address_for_app(secret, email), error="m").svg_data_uri(scale=5, border=4)


def spaced(secret: str) -> str:
    """The secret in groups of four, for typing."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
