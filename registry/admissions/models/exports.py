"""Files of applications that coordinators asked for."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.admissions.enums import ExportFormat
from registry.catalogue.models import Cohort
from registry.core.database import Model, UTCDateTime, enum_type


class Export(Model):
    """A file that the worker writes. Forgotten with its file once it has expired; the audit trail stays."""

    __tablename__ = "export"
    __table_args__ = (
        sa.CheckConstraint("(finished_at IS NULL) = (file = '')", name="file"),
        sa.CheckConstraint("rows_done BETWEEN 0 AND rows_total", name="rows"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    format: Mapped[ExportFormat] = mapped_column(enum_type(ExportFormat, "format"))
    purpose: Mapped[str] = mapped_column(sa.Text)
    asked: Mapped[dict[str, Any]] = mapped_column(sa.JSON, info={"personal": True})
    """The filter, as `ApplicationFilter.store` writes it; it may hold a name that was searched for."""
    columns: Mapped[list[str]] = mapped_column(sa.JSON)
    rows_total: Mapped[int]
    rows_done: Mapped[int] = mapped_column(default=0)
    file: Mapped[str] = mapped_column(sa.String(80), default="")
    """Name in the folder of exports."""
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    """When the file, or the wait for it, is over."""

    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")
