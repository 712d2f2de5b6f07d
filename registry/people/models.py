"""A young person, with or without an account; consents; guardians."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.core.database import Model, UTCDateTime, append_only, enum_type
from registry.people.enums import (
    ConsentAction,
    ConsentGiver,
    ConsentPurpose,
    Education,
    LanguageLevel,
    Occupation,
    Settlement,
    Sex,
)

PERSONAL = {"personal": True}


class Person(Model):
    """Filled page by page, so most columns may be empty; what a submission needs is checked there."""

    __tablename__ = "person"
    __table_args__ = (
        sa.CheckConstraint("birth_month IS NULL OR birth_month BETWEEN 1 AND 12", name="birth_month"),
        sa.CheckConstraint("birth_day IS NULL OR birth_month IS NOT NULL", name="birth_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    user_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user_account.id", ondelete="SET NULL"), unique=True
    )
    family_name: Mapped[str] = mapped_column(sa.String(80), default="", info=PERSONAL)
    given_names: Mapped[str] = mapped_column(sa.String(80), default="", info=PERSONAL)
    patronymic: Mapped[str] = mapped_column(sa.String(80), default="", info=PERSONAL)
    native_name: Mapped[str] = mapped_column(sa.String(160), default="", info=PERSONAL)
    """Full name in the person's own script, where that differs."""
    latin_name: Mapped[str] = mapped_column(sa.String(160), default="", info=PERSONAL)
    """As in the passport; asked only when a cohort needs it."""
    certificate_name: Mapped[str] = mapped_column(sa.String(160), default="", info=PERSONAL)
    birth_year: Mapped[int | None] = mapped_column(info=PERSONAL)
    birth_month: Mapped[int | None] = mapped_column(info=PERSONAL)
    birth_day: Mapped[int | None] = mapped_column(info=PERSONAL)
    sex: Mapped[Sex | None] = mapped_column(enum_type(Sex, "sex"), info=PERSONAL)
    residence: Mapped[str | None] = mapped_column(
        sa.ForeignKey("country.code", ondelete="RESTRICT"), info=PERSONAL
    )
    settlement: Mapped[Settlement | None] = mapped_column(enum_type(Settlement, "settlement"), info=PERSONAL)
    education: Mapped[Education | None] = mapped_column(enum_type(Education, "education"), info=PERSONAL)
    occupation: Mapped[Occupation | None] = mapped_column(enum_type(Occupation, "occupation"), info=PERSONAL)
    email: Mapped[str] = mapped_column(sa.String(254), default="", info=PERSONAL)
    phone: Mapped[str] = mapped_column(sa.String(20), default="", info=PERSONAL)
    """E.164."""
    locale: Mapped[str] = mapped_column(sa.String(10), default="en")
    zone: Mapped[str] = mapped_column(sa.String(40), default="UTC")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)

    citizenships: Mapped[list["Citizenship"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="Citizenship.country"
    )
    languages: Mapped[list["PersonLanguage"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by="PersonLanguage.tag"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def display_name(self) -> str:
        """Family name, given names and patronymic as one line; either may be missing (a mononym)."""
        return " ".join(part for part in (self.family_name, self.given_names, self.patronymic) if part)

    @property
    def citizenship_codes(self) -> list[str]:
        """ISO 3166-1 alpha-2, sorted."""
        return sorted(citizenship.country for citizenship in self.citizenships)

    @property
    def language_levels(self) -> dict[str, LanguageLevel]:
        """BCP 47 tag -> level, sorted by tag."""
        return {
            language.tag: language.level for language in sorted(self.languages, key=lambda each: each.tag)
        }

    @property
    def born_on(self) -> date | None:
        """The date of birth where all of it is known."""
        if self.birth_year and self.birth_month and self.birth_day:
            return date(self.birth_year, self.birth_month, self.birth_day)
        return None


class Citizenship(Model):
    """One of a person's citizenships."""

    __tablename__ = "citizenship"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    country: Mapped[str] = mapped_column(sa.ForeignKey("country.code", ondelete="RESTRICT"), primary_key=True)


class PersonLanguage(Model):
    """A language somebody knows (BCP 47), and how well (CEFR)."""

    __tablename__ = "person_language"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    level: Mapped[LanguageLevel] = mapped_column(enum_type(LanguageLevel, "level"))


@append_only
class Consent(Model):
    """One statement in the ledger: given, refused or withdrawn. Never changed, never deleted by itself."""

    __tablename__ = "consent"
    __table_args__ = (sa.Index(None, "person_id", "purpose", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"))
    purpose: Mapped[ConsentPurpose] = mapped_column(enum_type(ConsentPurpose, "purpose"))
    action: Mapped[ConsentAction] = mapped_column(enum_type(ConsentAction, "action"))
    text_version: Mapped[str] = mapped_column(sa.String(20))
    locale: Mapped[str] = mapped_column(sa.String(10))
    text: Mapped[str] = mapped_column(sa.Text)
    """The exact text shown."""
    given_by: Mapped[ConsentGiver] = mapped_column(enum_type(ConsentGiver, "given_by"))
    about: Mapped[str] = mapped_column(sa.String(80), default="")
    """Code of the record it was given for, where it is for one only."""
    reason: Mapped[str] = mapped_column(
        sa.String(500), default="", server_default=sa.text("''"), info=PERSONAL
    )
    """In the giver's own words, for the coordinators; empty where none was given."""
    at: Mapped[datetime] = mapped_column(UTCDateTime)


class Guardianship(Model):
    """Who answers for a minor. Another address is another record: links sent to the one before stay with it."""

    __tablename__ = "guardianship"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(sa.String(160), info=PERSONAL)
    email: Mapped[str] = mapped_column(sa.String(254), info=PERSONAL)
    locale: Mapped[str] = mapped_column(sa.String(10))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1)

    person: Mapped[Person] = relationship(lazy="raise_on_sql")

    __mapper_args__ = {"version_id_col": version}
