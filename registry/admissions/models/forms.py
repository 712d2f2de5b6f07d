"""What a cohort asks. A version is composed as a draft; published, it never changes."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.admissions.enums import ConditionOperator, ConditionSubject, QuestionKind, Sensitivity
from registry.catalogue.models import Cohort
from registry.core import clock
from registry.core.database import Model, UTCDateTime, enum_type


class FormVersion(Model):
    """A cohort's form: the one draft of it while `published_at` is empty, else as published."""

    __tablename__ = "form_version"
    __table_args__ = (
        sa.UniqueConstraint("cohort_id", "number"),
        sa.Index(
            "uq_form_version_draft",
            "cohort_id",
            unique=True,
            sqlite_where=sa.text("published_at IS NULL"),
            postgresql_where=sa.text("published_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"))
    number: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now)
    published_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)

    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")
    sections: Mapped[list["FormSection"]] = relationship(
        lazy="raise_on_sql",
        back_populates="form_version",
        order_by="FormSection.position",
        cascade="all, delete-orphan",
    )
    questions: Mapped[list["Question"]] = relationship(
        lazy="raise_on_sql",
        back_populates="form_version",
        order_by="Question.position",
        cascade="all, delete-orphan",
    )

    __mapper_args__ = {"version_id_col": version}


class FormSection(Model):
    """Questions under one heading. Titles, introductions and the names of entries map locale -> text.

    With a greatest number of entries it repeats: all its questions are asked in each entry.
    """

    __tablename__ = "form_section"
    __table_args__ = (
        sa.UniqueConstraint("form_version_id", "key"),
        sa.CheckConstraint("(least_entries IS NULL) = (most_entries IS NULL)", name="repeats"),
        sa.CheckConstraint(
            "most_entries IS NULL OR (least_entries >= 0 AND most_entries >= least_entries AND most_entries > 0)",
            name="entries",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form_version_id: Mapped[int] = mapped_column(sa.ForeignKey("form_version.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(sa.String(40))
    position: Mapped[int]
    titles: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    intros: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    least_entries: Mapped[int | None]
    most_entries: Mapped[int | None]
    entry_labels: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    """What one entry is called, without its number."""
    version: Mapped[int] = mapped_column(default=1)

    form_version: Mapped[FormVersion] = relationship(lazy="raise_on_sql", back_populates="sections")
    conditions: Mapped[list["QuestionCondition"]] = relationship(
        lazy="raise_on_sql",
        back_populates="section",
        order_by="QuestionCondition.alternative, QuestionCondition.id",
        cascade="all, delete-orphan",
    )
    """For asking anything of the section."""

    @property
    def is_repeating(self) -> bool:
        return self.most_entries is not None

    __mapper_args__ = {"version_id_col": version}


class Question(Model):
    """One question. Labels, help, units and options map locale -> text; `key` is stable across versions.

    `position` orders all questions of the form, those without a section first.
    """

    __tablename__ = "question"
    __table_args__ = (
        sa.UniqueConstraint("form_version_id", "key"),
        sa.CheckConstraint("max_words IS NULL OR max_words > 0", name="max_words"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form_version_id: Mapped[int] = mapped_column(sa.ForeignKey("form_version.id", ondelete="CASCADE"))
    section_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("form_section.id", ondelete="SET NULL"), index=True
    )
    key: Mapped[str] = mapped_column(sa.String(40))
    position: Mapped[int]
    kind: Mapped[QuestionKind] = mapped_column(enum_type(QuestionKind, "kind"))
    labels: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    helps: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    options: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    """[{"value": ..., "labels": {locale: text}}] for choices."""
    units: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    """What a number counts."""
    currency: Mapped[str] = mapped_column(sa.String(3), default="")
    """ISO 4217 of an amount; empty where the applicant chooses."""
    is_required: Mapped[bool] = mapped_column(default=True)
    max_words: Mapped[int | None]
    least: Mapped[Any] = mapped_column(sa.JSON(none_as_null=True), nullable=True)
    most: Mapped[Any] = mapped_column(sa.JSON(none_as_null=True), nullable=True)
    """The smallest and the greatest answer to a number, an amount, a date or a month, as answers are stored."""
    sensitivity: Mapped[Sensitivity] = mapped_column(
        enum_type(Sensitivity, "sensitivity"), default=Sensitivity.ORDINARY
    )
    reviewer_sees: Mapped[bool] = mapped_column(default=True)
    focal_point_sees: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    form_version: Mapped[FormVersion] = relationship(lazy="raise_on_sql", back_populates="questions")
    section: Mapped[FormSection | None] = relationship(lazy="raise_on_sql")
    conditions: Mapped[list["QuestionCondition"]] = relationship(
        lazy="raise_on_sql",
        back_populates="question",
        foreign_keys="QuestionCondition.question_id",
        order_by="QuestionCondition.alternative, QuestionCondition.id",
        cascade="all, delete-orphan",
    )
    """Without any, everybody is asked."""

    __mapper_args__ = {"version_id_col": version}


class QuestionCondition(Model):
    """A condition for asking a question, or all of a section.

    Those of one alternative hold together; one alternative is enough.
    """

    __tablename__ = "question_condition"
    __table_args__ = (
        sa.CheckConstraint("(question_id IS NULL) != (section_id IS NULL)", name="of_one"),
        sa.CheckConstraint("(subject = 'answer') = (source_id IS NOT NULL)", name="source"),
        sa.CheckConstraint("source_id IS NULL OR source_id != question_id", name="other_question"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("question.id", ondelete="CASCADE"), index=True
    )
    section_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("form_section.id", ondelete="CASCADE"), index=True
    )
    alternative: Mapped[int]
    subject: Mapped[ConditionSubject] = mapped_column(enum_type(ConditionSubject, "subject"))
    source_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("question.id", ondelete="CASCADE"), index=True
    )
    """The earlier question of the same form whose answer counts."""
    operator: Mapped[ConditionOperator] = mapped_column(enum_type(ConditionOperator, "operator"))
    values: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    """What it is compared with: option values, codes, "bloc:standing", a number or a day."""

    question: Mapped[Question | None] = relationship(
        lazy="raise_on_sql", back_populates="conditions", foreign_keys=[question_id]
    )
    section: Mapped[FormSection | None] = relationship(lazy="raise_on_sql", back_populates="conditions")
    source: Mapped[Question | None] = relationship(lazy="raise_on_sql", foreign_keys=[source_id])
