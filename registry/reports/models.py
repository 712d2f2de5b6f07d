"""Releases: frozen issues of a report."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.catalogue.models import Programme
from registry.core.database import Model, UTCDateTime


class Release(Model):
    """What was published, for ever. A correction is a new release that names the old one."""

    __tablename__ = "release"
    __table_args__ = (sa.Index(None, "programme_id", "report", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    report: Mapped[str] = mapped_column(sa.String(40))
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="RESTRICT"))
    parameters: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    tables: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    """The protected figures as published, nothing else."""
    definitions: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    digest: Mapped[str] = mapped_column(sa.String(64))
    """SHA-256 of parameters, tables and definitions as canonical JSON."""
    released_at: Mapped[datetime] = mapped_column(UTCDateTime)
    corrects_id: Mapped[int | None] = mapped_column(sa.ForeignKey("release.id", ondelete="RESTRICT"))

    programme: Mapped[Programme] = relationship(lazy="joined", innerjoin=True)
    corrects: Mapped["Release | None"] = relationship(lazy="raise_on_sql", remote_side=[id])
