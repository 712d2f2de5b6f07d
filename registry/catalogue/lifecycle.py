"""How programmes and cohorts move."""

from registry.access.lifecycle import Lifecycle, row
from registry.access.permissions import Permission
from registry.catalogue import rules
from registry.catalogue.enums import CohortStatus as C
from registry.catalogue.enums import ProgrammeStatus as P
from registry.catalogue.models import Cohort, Programme

PROGRAMME = Lifecycle(
    Programme,
    "catalogue:programme",
    P,
    [
        row("publish", {P.PROPOSED}, P.PUBLISHED, Permission.PROGRAMME_PUBLISH, stamps="published_at"),
        row("suspend", {P.PUBLISHED}, P.SUSPENDED, Permission.PROGRAMME_PUBLISH, needs_reason=True),
        row("resume", {P.SUSPENDED}, P.PUBLISHED, Permission.PROGRAMME_PUBLISH),
        row(
            "archive",
            {P.PROPOSED, P.PUBLISHED, P.SUSPENDED},
            P.ARCHIVED,
            Permission.PROGRAMME_PUBLISH,
            stamps="archived_at",
        ),
    ],
)

COHORT = Lifecycle(
    Cohort,
    "catalogue:cohort",
    C,
    [
        row(
            "publish",
            {C.DRAFT},
            C.PUBLISHED,
            Permission.COHORT_PUBLISH,
            guard=rules.why_not_publishable,
            stamps="published_at",
        ),
        row(
            "cancel",
            {C.DRAFT, C.PUBLISHED},
            C.CANCELLED,
            Permission.COHORT_PUBLISH,
            stamps="cancelled_at",
            needs_reason=True,
        ),
        row(
            "archive",
            {C.PUBLISHED},
            C.ARCHIVED,
            Permission.COHORT_PUBLISH,
            guard=rules.why_not_archivable,
            stamps="archived_at",
        ),
    ],
)
