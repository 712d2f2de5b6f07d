"""Why a selection run decided as it did, in one line of the reader's language. Pure."""

from collections.abc import Mapping

from registry.admissions.enums import Decision, SelectionGround
from registry.admissions.rules.selection import Outcome, SelectionSettings
from registry.admissions.rules.shares import Shares
from registry.catalogue.models import GENERAL
from registry.core.i18n import _, country_name, ngettext

G = SelectionGround


def explain(
    outcome: Outcome, member_state: str, seats: Mapping[str, int], settings: SelectionSettings
) -> str:
    """Rank, contest and seats, and what else decided: "Rank 7 of 12 in the pool of Kazakhstan, 5 seats."

    Shape:  whole sentences, one to four.
    """
    if outcome.decision is None:
        return _explain_skipping(outcome.ground)
    sentences = []
    if outcome.own_rank is not None:
        sentences.append(
            ngettext(
                "Rank %(rank)s of %(of)s in the pool of %(state)s, %(num)s seat.",
                "Rank %(rank)s of %(of)s in the pool of %(state)s, %(num)s seats.",
                seats[member_state],
                rank=outcome.own_rank,
                of=outcome.own_of,
                state=country_name(member_state),
            )
        )
    if outcome.general_rank is not None:
        sentences.append(
            ngettext(
                "Rank %(rank)s of %(of)s for the general seats, %(num)s seat.",
                "Rank %(rank)s of %(of)s for the general seats, %(num)s seats.",
                seats.get(GENERAL, 0),
                rank=outcome.general_rank,
                of=outcome.general_of,
            )
        )
    sentences += _explain_floor(outcome.ground, Shares(settings.women_share, settings.rural_share))
    if outcome.decision is Decision.REJECT:
        sentences.append(_("The waiting list ends before this place."))
    return " ".join(sentences)


def _explain_floor(ground: SelectionGround, shares: Shares) -> list[str]:
    if ground is G.WOMEN_FLOOR:
        return [_("Moved up, so that women get at least %(share)s%% of the seats.", share=shares.women)]
    if ground is G.RURAL_FLOOR:
        return [
            _(
                "Moved up, so that people from villages get at least %(share)s%% of the seats.",
                share=shares.rural,
            )
        ]
    if ground is G.PASSED:
        return [_("A seat went to somebody ranked lower, for a minimum share.")]
    return []


def describe_shares(shares: Shares) -> list[str]:
    """How a seat that becomes free keeps the minimum shares: a sentence for each share."""
    lines = []
    if shares.women:
        lines.append(
            _(
                "At least %(share)s%% of the places go to women: "
                "where a free seat is needed for that, the first woman in line gets it.",
                share=shares.women,
            )
        )
    if shares.rural:
        lines.append(
            _(
                "At least %(share)s%% of the places go to people from villages: "
                "where a free seat is needed for that, the first of them in line gets it.",
                share=shares.rural,
            )
        )
    return lines


def _explain_skipping(ground: SelectionGround) -> str:
    return {
        G.NO_SCORE: _("Skipped: no review is finished."),
        G.NO_RANK: _("Skipped: the focal point has given no rank."),
        G.NO_POOL: _("Skipped: there are no seats for applicants of this state."),
    }[ground]
