"""Follow-up waves. Who was asked stands in SurveyInvite, what was said in SurveyResponse."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.catalogue.models import Cohort
from registry.core.database import Model, UTCDateTime, enum_type
from registry.enrolments.models import Enrolment
from registry.outcomes.enums import InviteStatus, WaveKind


class Wave(Model):
    """One round of questions to a cohort's participants."""

    __tablename__ = "wave"
    __table_args__ = (sa.UniqueConstraint("cohort_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"))
    kind: Mapped[WaveKind] = mapped_column(enum_type(WaveKind, "kind"))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")


class SurveyResponse(Model):
    """What was said. Nothing here says by whom."""

    __tablename__ = "survey_response"
    __table_args__ = (
        sa.CheckConstraint(
            "people_employed IS NULL OR people_employed BETWEEN 0 AND 100000", name="people_employed"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id", ondelete="CASCADE"), index=True)
    works_in_ecommerce: Mapped[bool | None]
    started_business: Mapped[bool | None]
    people_employed: Mapped[int | None]
    first_online_sale_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class SurveyInvite(Model):
    """Who was asked; the only link between a person and a response."""

    __tablename__ = "survey_invite"
    __table_args__ = (
        sa.UniqueConstraint("wave_id", "enrolment_id"),
        sa.CheckConstraint("(status = 'answered') = (response_id IS NOT NULL)", name="answered"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(sa.ForeignKey("wave.id", ondelete="CASCADE"))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("enrolment.id", ondelete="CASCADE"), index=True)
    response_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("survey_response.id", ondelete="RESTRICT"), unique=True
    )
    status: Mapped[InviteStatus] = mapped_column(
        enum_type(InviteStatus, "status"), default=InviteStatus.PLANNED
    )

    wave: Mapped[Wave] = relationship(lazy="raise_on_sql")
    enrolment: Mapped[Enrolment] = relationship(lazy="raise_on_sql")
    response: Mapped[SurveyResponse | None] = relationship(lazy="raise_on_sql")
