"""What a cohort asks. A published version never changes."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.admissions.enums import QuestionKind
from registry.catalogue.models import Cohort
from registry.core.database import Model, UTCDateTime, enum_type


class FormVersion(Model):
    """A cohort's form as published."""

    __tablename__ = "form_version"
    __table_args__ = (sa.UniqueConstraint("cohort_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(sa.ForeignKey("cohort.id", ondelete="CASCADE"))
    number: Mapped[int]
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)

    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")
    questions: Mapped[list["Question"]] = relationship(
        lazy="raise_on_sql", back_populates="form_version", order_by="Question.position"
    )


class Question(Model):
    """One question. Labels, help and options map locale -> text; `key` is stable across versions."""

    __tablename__ = "question"
    __table_args__ = (sa.UniqueConstraint("form_version_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    form_version_id: Mapped[int] = mapped_column(sa.ForeignKey("form_version.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(sa.String(40))
    position: Mapped[int]
    kind: Mapped[QuestionKind] = mapped_column(enum_type(QuestionKind, "kind"))
    labels: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    helps: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    options: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON, default=list)
    """[{"value": ..., "labels": {locale: text}}] for choices."""
    is_required: Mapped[bool] = mapped_column(default=True)
    max_words: Mapped[int | None]

    form_version: Mapped[FormVersion] = relationship(lazy="raise_on_sql", back_populates="questions")
