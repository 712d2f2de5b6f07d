"""Corrections of a form that does not ask everybody everything."""

from datetime import date

import pytest

from registry.admissions.enums import QuestionKind
from registry.admissions.operations.corrections import return_application
from registry.admissions.operations.submission import submit_application
from registry.admissions.queries.journey import find_form_version
from registry.core.errors import InvalidInput
from registry.core.transaction import transaction
from tests.factories.accounts import UserFactory
from tests.factories.actors import coordinator
from tests.factories.admissions import QuestionConditionFactory, QuestionFactory
from tests.factories.journeys import open_cohort, ready_draft


def test_what_the_applicant_is_not_asked_cannot_be_asked_for_again(client, acting_as) -> None:
    cohort = open_cohort(is_blind=False)
    version = find_form_version(cohort)
    QuestionFactory(form_version=version, key="sells", kind=QuestionKind.YES_NO, labels={"en": "Sells?"})
    shop = QuestionFactory(form_version=version, key="shop", labels={"en": "Which shop?"})
    QuestionConditionFactory(question=shop, values=["99"])
    application, actor = ready_draft(cohort)
    with transaction():
        submit_application(application, actor=actor)
    acting_as(coordinator(user_id=UserFactory().id))

    page = client.get(f"/manage/applications/{application.code}/return").get_data(as_text=True)

    assert "Sells?" in page
    assert "Which shop?" not in page
    with pytest.raises(InvalidInput):
        return_application(
            application, {"question-shop": "Which one?"}, due_on=date(2027, 3, 22), actor=coordinator()
        )
