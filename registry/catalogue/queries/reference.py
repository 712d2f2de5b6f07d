"""What the loader of the reference files needs to know of what is stored."""

from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import selectinload

from registry.catalogue.models import Programme
from registry.core.audit import AuditEntry
from registry.core.database import Model, db
from registry.places.models import Bloc, Country

Anything = TypeVar("Anything", bound=Model)


def list_all(model: type[Anything]) -> list[Anything]:
    """Every row of a small table, in the order of its primary key."""
    return list(db.session.scalars(sa.select(model).order_by(*sa.inspect(model).primary_key)))


def list_programmes_to_load() -> list[Programme]:
    """All programmes with the parts that the files describe."""
    statement = sa.select(Programme).options(
        selectinload(Programme.topics),
        selectinload(Programme.documents),
        selectinload(Programme.translations),
    )
    return list(db.session.scalars(statement.order_by(Programme.id)))


def list_ids_edited_by_people() -> frozenset[int]:
    """Programmes that somebody with an account has changed."""
    statement = sa.select(AuditEntry.object_id).where(
        AuditEntry.object_type == Programme.__tablename__, AuditEntry.actor_id.is_not(None)
    )
    return frozenset(db.session.scalars(statement))


def list_place_codes() -> frozenset[str]:
    """Codes of all countries and slugs of all blocs."""
    statement = sa.union_all(sa.select(Country.code), sa.select(Bloc.slug))
    return frozenset(db.session.execute(statement).scalars())
