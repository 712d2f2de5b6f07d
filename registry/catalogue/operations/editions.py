"""What tells the public pages that they are outdated."""

from registry.core.edition import publish_edition


def touch_catalogue() -> None:
    """Every operation that changes what visitors see calls this, in its own transaction."""
    publish_edition()
