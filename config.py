"""Configuration: one class per environment, values from the environment only."""

import os
import secrets
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VAR = Path(os.environ.get("REGISTRY_VAR", ROOT / "var"))


class MissingSetting(Exception):
    """Production lacks a setting it cannot do without."""


def _database_url() -> str:
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{VAR / 'registry.sqlite3'}"
    # SQLAlchemy speaks to PostgreSQL through psycopg 3 under this name; tools often write the older one.
    return url.replace("postgres://", "postgresql://", 1)


class Config:
    """What all environments share."""

    def __init__(self) -> None:
        self.SQLALCHEMY_DATABASE_URI = _database_url()
        self.SQLALCHEMY_ENGINE_OPTIONS: dict[str, object] = (
            {} if self.SQLALCHEMY_DATABASE_URI.startswith("sqlite") else {"pool_size": 5, "max_overflow": 5}
        )
        self.SECRET_KEY = os.environ.get("SECRET_KEY") or self._local_secret()
        self.BASE_URL = os.environ.get("BASE_URL", f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
        """Scheme and host that links in mails begin with."""
        self.MAIL_URL = os.environ.get("MAIL_URL", "")
        """smtp://user:password@host:587 (STARTTLS) or smtps://…; empty writes files under var/mail."""
        self.MAIL_FROM = os.environ.get("MAIL_FROM", "registry@localhost")
        self.CONTACT_EMAIL = os.environ.get("CONTACT_EMAIL", self.CONTACT_EMAIL)
        """Where people may write to; on every page and in every mail."""
        self.MAIL_FOLDER = str(VAR / "mail")
        self.EXPORT_FOLDER = str(VAR / "exports")
        """Files that coordinators asked for, until they expire; shared by the server and the worker."""
        self.REDIS_URL = os.environ.get("REDIS_URL", "")
        """For the job queue and shared rate limits; empty uses an SQLite file and per-process limits."""
        self.TRUSTED_PROXIES = int(os.environ.get("TRUSTED_PROXIES") or 0)
        """How many reverse proxies stand in front and say in X-Forwarded-... who is asking."""
        self.HUEY_FILE = str(VAR / "jobs.sqlite3")
        self.STATIC_BUILD = str(VAR / "static")
        """Where the server keeps its compressed copy of the static files."""
        self.FILES_FOLDER = str(VAR / "files")
        """What applicants send, by content hash; never served but through a permission check."""

    ENVIRONMENT = "development"
    CONTACT_EMAIL = ""
    DEMO = False
    TESTING = False
    REQUIRE_SECOND_FACTOR = True
    SESSION_COOKIE_SECURE = False
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    PERMANENT_SESSION_LIFETIME = timedelta(days=30)
    MAX_CONTENT_LENGTH = 2 * 1024 * 1024
    MAX_FORM_MEMORY_SIZE = 1024 * 1024
    MAX_FORM_PARTS = 2000
    WTF_CSRF_TIME_LIMIT = None
    """A form that was open over night can still be sent; the token ends with the session."""
    PASSWORD_MEMORY_KIB = 19456
    PASSWORD_ROUNDS = 2
    RATE_LIMITS = True
    RATELIMIT_HEADERS_ENABLED = False

    @staticmethod
    def _local_secret() -> str:
        """A secret of this checkout, made once, so that sessions survive a restart."""
        path = VAR / "secret"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            # Complete before it has its name: another process never reads half of it.
            with tempfile.NamedTemporaryFile("w", dir=path.parent) as draft, suppress(FileExistsError):
                draft.write(secrets.token_urlsafe(48))
                draft.flush()
                path.hardlink_to(draft.name)
        return path.read_text()


class DevelopmentConfig(Config):
    """A developer's machine."""


class DemoConfig(Config):
    """`make run`: fictional data on 127.0.0.1 only; the second factor is waived here and nowhere else."""

    ENVIRONMENT = "demo"
    CONTACT_EMAIL = "help@demo.example"
    DEMO = True
    REQUIRE_SECOND_FACTOR = False


class TestingConfig(Config):
    """Tests; the fixtures say which database."""

    ENVIRONMENT = "testing"
    TESTING = True
    WTF_CSRF_ENABLED = False
    PASSWORD_MEMORY_KIB = 64
    PASSWORD_ROUNDS = 1
    RATE_LIMITS = False

    @staticmethod
    def _local_secret() -> str:
        return "for tests only"


class BrowserConfig(Config):
    """Journeys in a browser: as in production, except that nobody waits for a rate limit."""

    ENVIRONMENT = "browser"
    RATE_LIMITS = False


class ProductionConfig(Config):
    """Refuses to start without a secret, an address and a database of its own."""

    ENVIRONMENT = "production"
    SESSION_COOKIE_SECURE = True

    def __init__(self) -> None:
        for name in ("SECRET_KEY", "BASE_URL", "DATABASE_URL", "MAIL_URL"):
            if not os.environ.get(name):
                raise MissingSetting(f"Set {name} in the environment: production does not start without it.")
        if len(os.environ["SECRET_KEY"]) < 32:
            raise MissingSetting("SECRET_KEY needs at least 32 characters.")
        super().__init__()


CONFIGS: dict[str, type[Config]] = {
    "development": DevelopmentConfig,
    "demo": DemoConfig,
    "testing": TestingConfig,
    "browser": BrowserConfig,
    "production": ProductionConfig,
}


def load_config(name: str | None = None) -> Config:
    """The configuration called `name`, or the one REGISTRY_ENV names (development if unset)."""
    return CONFIGS[name or os.environ.get("REGISTRY_ENV", "development")]()
