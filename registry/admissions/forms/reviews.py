"""What reviewers enter."""

from collections.abc import Mapping
from typing import Any

from wtforms import RadioField, TextAreaField

from registry.admissions.enums import DECLARED_CONFLICTS, ConflictKind
from registry.admissions.operations.reviews import SCORE_FIELD, ReviewInput
from registry.admissions.queries.reviews import ReviewCase
from registry.admissions.rules.scoring import SCORES
from registry.core.forms import InputRequired, Length, Optional, RegistryForm, SelectChoice, VersionedForm
from registry.core.i18n import _, _l, pick_translation

NO_CONFLICT = "none"


class ConflictForm(RegistryForm):
    """Whether the reviewer is independent of the applicant. Who has opened it already can only give it back."""

    answer: Any = RadioField(
        _l("Do you have a conflict of interest?"),
        validators=[InputRequired(_l("Choose one of the answers."))],
    )
    note: Any = TextAreaField(
        _l("In a few words"),
        description=_l("Only for another reason. The coordinator reads it."),
        validators=[Optional(), Length(max=500, message=_l("Write at most 500 characters."))],
    )

    def __init__(self, *args: Any, is_open: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [SelectChoice(each.value, each.label) for each in DECLARED_CONFLICTS]
        if not is_open:
            choices.insert(0, SelectChoice(NO_CONFLICT, _("No, I have none")))
        self.answer.choices = choices

    @property
    def kind(self) -> ConflictKind | None:
        """The conflict; None where there is none."""
        return None if self.answer.data == NO_CONFLICT else ConflictKind.of(self.answer.data)


class ReviewForm(VersionedForm):
    """A score per criterion, each a field of its own, and a comment."""

    comment: Any = TextAreaField(
        _l("Comment"),
        description=_l("Strengths, weaknesses, doubts. The coordinator reads it, the applicant does not."),
        validators=[Optional(), Length(max=4000, message=_l("Write at most 4,000 characters."))],
    )

    @property
    def scored(self) -> list[Any]:
        """The fields of the criteria, in their order."""
        return [field for name, field in self._fields.items() if name.startswith(SCORE_FIELD)]

    def name_missing_scores(self) -> bool:
        """Whether a criterion has no score; then each says so at its field. Only sending needs them all."""
        missing = [field for field in self.scored if not field.data]
        for field in missing:
            field.errors = [*field.errors, _("Choose a score: %(criterion)s", criterion=field.label.text)]
        return bool(missing)

    @property
    def given(self) -> ReviewInput:
        """What was entered, once the form is valid."""
        return ReviewInput(
            scores={
                field.name.removeprefix(SCORE_FIELD): int(field.data) for field in self.scored if field.data
            },
            comment=self.comment.data or "",
        )


def make_review_form(case: ReviewCase) -> ReviewForm:
    """The form with a field for each criterion, filled from the request or the draft."""
    fields = {
        SCORE_FIELD + each.code: RadioField(
            pick_translation(each.labels)[1],
            choices=[SelectChoice(str(score), str(score)) for score in SCORES],
            validators=[Optional()],
        )
        for each in case.criteria
    }
    form: ReviewForm = type("ReviewForm", (ReviewForm,), fields)(
        data=review_values(case), stored_version=case.review.version if case.review else 0
    )
    return form


def review_values(case: ReviewCase) -> Mapping[str, Any]:
    """The draft as the form shows it."""
    scores = {SCORE_FIELD + code: str(value) for code, value in case.scores.items()}
    return {"comment": case.review.comment if case.review else "", **scores}
