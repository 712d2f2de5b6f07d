"""What a programme's coordinators say in their own words."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.admissions.enums import MailEvent
from registry.catalogue.models import Programme
from registry.core.database import Model, UTCDateTime, enum_type


class MessageWording(Model):
    """The mail about one event in one language, for all cohorts of a programme."""

    __tablename__ = "message_wording"
    __table_args__ = (sa.UniqueConstraint("programme_id", "event", "locale"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"))
    event: Mapped[MailEvent] = mapped_column(enum_type(MailEvent, "event"))
    locale: Mapped[str] = mapped_column(sa.String(10))
    subject: Mapped[str] = mapped_column(sa.String(150))
    text: Mapped[str] = mapped_column(sa.Text)
    is_used: Mapped[bool] = mapped_column(default=True)
    """Otherwise the standard wording is; this one is kept, so that versions never come twice."""
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)

    programme: Mapped[Programme] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}
