"""Countries, blocs, memberships with dates, and what each jurisdiction says about age."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from registry.core.database import Model, enum_type
from registry.places.enums import Standing


class Country(Model):
    """Any ISO 3166-1 entry. Its name comes from CLDR in the reader's language and is never stored."""

    __tablename__ = "country"

    code: Mapped[str] = mapped_column(sa.String(2), primary_key=True)
    zone: Mapped[str] = mapped_column(sa.String(40))
    """Default IANA time zone."""


class Bloc(Model):
    """A union of states. Names and short names map locale -> text."""

    __tablename__ = "bloc"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(20), unique=True)
    names: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    short_names: Mapped[dict[str, str]] = mapped_column(sa.JSON)
    official_languages: Mapped[str] = mapped_column(sa.String(60), default="")
    tiles: Mapped[dict[str, list[int]]] = mapped_column(sa.JSON, default=dict)
    """Country -> [column, row] in the tile grid; empty where the bloc has none."""
    source: Mapped[str] = mapped_column(sa.Text)


class Membership(Model):
    """A country's standing in a bloc for a period. `valid_to` is inclusive.

    An empty `valid_from` means "before our records": earlier dates are unknown, not no.
    """

    __tablename__ = "membership"
    __table_args__ = (
        sa.UniqueConstraint("bloc_id", "country", "valid_from"),
        sa.CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_from <= valid_to", name="period"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bloc_id: Mapped[int] = mapped_column(sa.ForeignKey("bloc.id", ondelete="RESTRICT"), index=True)
    country: Mapped[str] = mapped_column(sa.ForeignKey("country.code", ondelete="RESTRICT"), index=True)
    standing: Mapped[Standing] = mapped_column(enum_type(Standing, "standing"))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    recorded_on: Mapped[date]
    """The day on which the registry first held this: without a start, earlier days are unknown."""
    source: Mapped[str] = mapped_column(sa.Text)

    bloc: Mapped[Bloc] = relationship(lazy="joined", innerjoin=True)


class JurisdictionPolicy(Model):
    """From which age a young person consents alone in a country, and whom it calls young."""

    __tablename__ = "jurisdiction_policy"
    __table_args__ = (
        sa.UniqueConstraint("country", "valid_from"),
        sa.CheckConstraint("age_of_consent BETWEEN 10 AND 21", name="age_of_consent"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    country: Mapped[str] = mapped_column(sa.ForeignKey("country.code", ondelete="RESTRICT"), index=True)
    age_of_consent: Mapped[int]
    youth_from: Mapped[int | None]
    youth_to: Mapped[int | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    recorded_on: Mapped[date]
    """The day on which the registry first held this: without a start, earlier days are unknown."""
    source: Mapped[str] = mapped_column(sa.Text)
