"""What a coordinator asks an applicant to correct."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.admissions.models.applications import Application
from registry.core.database import Model, UTCDateTime


class CorrectionRequest(Model):
    """An application sent back: only the pages it names may be changed, until `due_at`.

    It is open while the application is returned and no answer came.
    """

    __tablename__ = "correction_request"
    __table_args__ = (
        sa.CheckConstraint("due_at > requested_at", name="due"),
        sa.Index(None, "application_id", "id"),
        sa.Index(None, "answered_at", "due_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.ForeignKey("application.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_account.id", ondelete="SET NULL"))
    requested_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """First instant that is too late."""
    answered_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    application: Mapped[Application] = relationship(lazy="raise_on_sql")
    items: Mapped[list["CorrectionItem"]] = relationship(
        lazy="raise_on_sql", back_populates="request", order_by="CorrectionItem.position"
    )


class CorrectionItem(Model):
    """One page that is asked for again, why, and what stood there before and after."""

    __tablename__ = "correction_item"

    request_id: Mapped[int] = mapped_column(
        sa.ForeignKey("correction_request.id", ondelete="CASCADE"), primary_key=True
    )
    page: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    position: Mapped[int]
    reason: Mapped[str] = mapped_column(sa.Text, info={"personal": True})
    before: Mapped[Any] = mapped_column(sa.JSON, nullable=True, info={"personal": True})
    after: Mapped[Any] = mapped_column(sa.JSON, nullable=True, info={"personal": True})
    """Filled when the application is sent again."""

    request: Mapped[CorrectionRequest] = relationship(lazy="raise_on_sql", back_populates="items")
