"""Files of nominees on their way: read, checked without a trace elsewhere, then imported row by row."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.accounts.models import User
from registry.admissions.enums import ImportStatus, RowStatus
from registry.catalogue.models import Cohort
from registry.core.database import Model, UTCDateTime, enum_type


class NomineeImport(Model):
    """One file that a focal point has sent for a state of a cohort."""

    __tablename__ = "nominee_import"
    __table_args__ = (
        sa.CheckConstraint(
            "status = 'uploaded' OR status = 'discarded' OR columns IS NOT NULL", name="columns"
        ),
        sa.CheckConstraint("(status IN ('done', 'discarded')) = (finished_at IS NOT NULL)", name="finished"),
        sa.Index(None, "cohort_id", "member_state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="RESTRICT"))
    member_state: Mapped[str] = mapped_column(sa.String(2))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user_account.id", ondelete="RESTRICT"))
    """Who sent it, and acts when it is imported."""
    locale: Mapped[str] = mapped_column(sa.String(10))
    """The language of what is told about its rows."""
    status: Mapped[ImportStatus] = mapped_column(
        enum_type(ImportStatus, "status"), default=ImportStatus.UPLOADED
    )
    file_name: Mapped[str] = mapped_column(sa.String(160))
    encoding: Mapped[str] = mapped_column(sa.String(20), default="")
    """Empty for a workbook."""
    head: Mapped[list[str]] = mapped_column(sa.JSON)
    columns: Mapped[dict[str, int] | None] = mapped_column(sa.JSON(none_as_null=True))
    """Particular -> number of the column, from 0."""
    row_count: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)

    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")
    user: Mapped[User] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}


class NomineeRow(Model):
    """One row of such a file. It is forgotten some weeks after."""

    __tablename__ = "nominee_row"
    __table_args__ = (sa.Index(None, "import_id", "status", "number"),)

    import_id: Mapped[int] = mapped_column(
        sa.ForeignKey("nominee_import.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Of the row in the file, from 1."""
    status: Mapped[RowStatus] = mapped_column(enum_type(RowStatus, "status"), default=RowStatus.NEW)
    cells: Mapped[list[str]] = mapped_column(sa.JSON, info={"personal": True})
    errors: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    """Pairs of a column's number (None for the row as a whole) and a sentence."""
