"""Programmes, their texts and partners, the agreements behind them, and what others report of them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.accounts.models import Organisation
from registry.catalogue.enums import (
    Credential,
    DocumentKind,
    Level,
    Mode,
    PartnershipRole,
    ProgrammeKind,
    ProgrammeStatus,
    ResultQualifier,
)
from registry.core.database import Model, UTCDateTime, enum_type

programme_topic = sa.Table(
    "programme_topic",
    Model.metadata,
    sa.Column("programme_id", sa.ForeignKey("programme.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("topic_id", sa.ForeignKey("topic.id", ondelete="RESTRICT"), primary_key=True, index=True),
)

programme_document = sa.Table(
    "programme_document",
    Model.metadata,
    sa.Column("programme_id", sa.ForeignKey("programme.id", ondelete="CASCADE"), primary_key=True),
    sa.Column(
        "document_id",
        sa.ForeignKey("framework_document.id", ondelete="RESTRICT"),
        primary_key=True,
        index=True,
    ),
)


class Topic(Model):
    """A field of technology or trade. `names` maps locale -> name."""

    __tablename__ = "topic"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    names: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    position: Mapped[int]
    source: Mapped[str] = mapped_column(sa.Text)


class FrameworkDocument(Model):
    """An agreement that programmes implement. Titles and provisions map locale -> text."""

    __tablename__ = "framework_document"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    kind: Mapped[DocumentKind] = mapped_column(enum_type(DocumentKind, "kind"))
    titles: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    provisions: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    adopted_on: Mapped[date | None]
    adopted_at_place: Mapped[str] = mapped_column(sa.String(120), default="")
    source: Mapped[str] = mapped_column(sa.Text)


class Programme(Model):
    """A training offer, independent of dates."""

    __tablename__ = "programme"
    __table_args__ = (
        sa.CheckConstraint("weeks IS NULL OR weeks BETWEEN 1 AND 260", name="weeks"),
        sa.CheckConstraint(
            "hours_per_week IS NULL OR hours_per_week BETWEEN 1 AND 80", name="hours_per_week"
        ),
        sa.CheckConstraint("cost_minor IS NULL OR cost_minor >= 0", name="cost_minor"),
        sa.CheckConstraint("cost_minor IS NULL OR currency IS NOT NULL", name="currency"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    kind: Mapped[ProgrammeKind] = mapped_column(enum_type(ProgrammeKind, "kind"))
    status: Mapped[ProgrammeStatus] = mapped_column(
        enum_type(ProgrammeStatus, "status"), default=ProgrammeStatus.PROPOSED, index=True
    )
    level: Mapped[Level | None] = mapped_column(enum_type(Level, "level"))
    weeks: Mapped[int | None]
    hours_per_week: Mapped[int | None]
    mode: Mapped[Mode | None] = mapped_column(enum_type(Mode, "mode"))
    teaching_languages: Mapped[str] = mapped_column(sa.String(120), default="")
    """BCP 47 tags separated by blanks; empty when unknown."""
    cost_minor: Mapped[int | None]
    """Fee in minor units of `currency`; 0 is free of charge, empty is unknown."""
    currency: Mapped[str | None] = mapped_column(sa.String(3))
    credential: Mapped[Credential | None] = mapped_column(enum_type(Credential, "credential"))
    source: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    archived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)

    translations: Mapped[list["ProgrammeTranslation"]] = relationship(
        lazy="raise_on_sql", back_populates="programme", order_by="ProgrammeTranslation.locale"
    )
    partnerships: Mapped[list["Partnership"]] = relationship(
        lazy="raise_on_sql", back_populates="programme", order_by="Partnership.id"
    )
    topics: Mapped[list[Topic]] = relationship(
        secondary=programme_topic, lazy="raise_on_sql", order_by=Topic.position
    )
    documents: Mapped[list[FrameworkDocument]] = relationship(
        secondary=programme_document, lazy="raise_on_sql", order_by=FrameworkDocument.slug
    )
    reported_results: Mapped[list["ReportedResult"]] = relationship(
        lazy="raise_on_sql", back_populates="programme", order_by="ReportedResult.id"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def titles(self) -> dict[str, str]:
        """Locale -> title; translations must be loaded."""
        return {text.locale: text.title for text in self.translations}

    @property
    def language_tags(self) -> list[str]:
        """Teaching languages, BCP 47."""
        return self.teaching_languages.split()


class ProgrammeTranslation(Model):
    """A programme's texts in one locale."""

    __tablename__ = "programme_translation"

    programme_id: Mapped[int] = mapped_column(
        sa.ForeignKey("programme.id", ondelete="CASCADE"), primary_key=True
    )
    locale: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    summary: Mapped[str] = mapped_column(sa.String(500))
    description: Mapped[str] = mapped_column(sa.Text)
    """Markdown."""
    version: Mapped[int] = mapped_column(default=1)

    programme: Mapped[Programme] = relationship(lazy="raise_on_sql", back_populates="translations")

    __mapper_args__ = {"version_id_col": version}


class Partnership(Model):
    """What an organisation does for a programme."""

    __tablename__ = "partnership"
    __table_args__ = (sa.UniqueConstraint("programme_id", "organisation_id", "role"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(
        sa.ForeignKey("organisation.id", ondelete="RESTRICT"), index=True
    )
    role: Mapped[PartnershipRole] = mapped_column(enum_type(PartnershipRole, "role"))
    source: Mapped[str] = mapped_column(sa.Text, default="")

    programme: Mapped[Programme] = relationship(lazy="raise_on_sql", back_populates="partnerships")
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)


class ReportedResult(Model):
    """A total a provider declares without person-level data; shown apart from what the registry counted."""

    __tablename__ = "reported_result"
    __table_args__ = (sa.CheckConstraint("value >= 0", name="value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"), index=True)
    indicator: Mapped[str] = mapped_column(sa.String(60))
    value: Mapped[int]
    qualifier: Mapped[ResultQualifier] = mapped_column(enum_type(ResultQualifier, "qualifier"))
    place: Mapped[str] = mapped_column(sa.String(60), default="")
    """ISO 3166-1 alpha-2, a bloc's slug, or empty."""
    reported_on: Mapped[date | None]
    notes: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    source: Mapped[str] = mapped_column(sa.Text)
    version: Mapped[int] = mapped_column(default=1)

    programme: Mapped[Programme] = relationship(lazy="raise_on_sql", back_populates="reported_results")

    __mapper_args__ = {"version_id_col": version}


class IndicatorDefinition(Model):
    """What is measured. Texts map locale -> text."""

    __tablename__ = "indicator_definition"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(20), unique=True)
    titles: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    numerators: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    denominators: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    unit: Mapped[str] = mapped_column(sa.String(40))
    source_standard: Mapped[str] = mapped_column(sa.Text)
    edition: Mapped[str] = mapped_column(sa.String(20))


class Target(Model):
    """What a programme plans to reach: for one member state, or (empty) for all."""

    __tablename__ = "target"
    __table_args__ = (
        sa.UniqueConstraint("programme_id", "indicator_id", "member_state", "due_on"),
        sa.CheckConstraint("value >= 0", name="value"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"))
    indicator_id: Mapped[int] = mapped_column(
        sa.ForeignKey("indicator_definition.id", ondelete="RESTRICT"), index=True
    )
    member_state: Mapped[str] = mapped_column(sa.String(2), default="")
    value: Mapped[int]
    due_on: Mapped[date]
    source: Mapped[str] = mapped_column(sa.Text)
    version: Mapped[int] = mapped_column(default=1)

    indicator: Mapped[IndicatorDefinition] = relationship(lazy="joined", innerjoin=True)

    __mapper_args__ = {"version_id_col": version}


class Interest(Model):
    """Somebody who wants to hear when a programme opens; deleted with the mail that says so."""

    __tablename__ = "interest"
    __table_args__ = (sa.UniqueConstraint("programme_id", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(sa.ForeignKey("programme.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(sa.String(254), info={"personal": True})
    locale: Mapped[str] = mapped_column(sa.String(10))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """When the link was last asked for."""
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    programme: Mapped[Programme] = relationship(lazy="raise_on_sql")
