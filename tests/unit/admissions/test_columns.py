"""Which answers the coordinators' table and its exports can show, and how they read there."""

from registry.admissions.enums import QuestionKind as K
from registry.admissions.enums import Sensitivity
from registry.admissions.models import Question
from registry.admissions.rules.lists import list_columns


def _question(key, kind=K.SHORT_TEXT, **given):
    values = {"helps": {}, "options": [], "units": {}, "currency": "", "sensitivity": Sensitivity.ORDINARY}
    return Question(key=key, kind=kind, labels={"en": key.title()}, **{**values, **given})


def test_list_columns_joins_versions_by_key_and_leaves_out_what_is_sensitive(app):
    options = [{"value": "honey", "labels": {"en": "Honey"}}, {"value": "silk", "labels": {"en": "Silk"}}]
    questions = [
        _question("goods", K.CHOICES, options=options[:1]),
        _question("health"),
        _question("goods", K.CHOICES, options=options),
        _question("health", sensitivity=Sensitivity.SENSITIVE),
    ]
    with app.test_request_context():
        (column,) = [each for each in list_columns(questions) if each.is_answer]

        assert column.questions == (questions[0], questions[2])
        assert column.describe(["honey", "silk"]) == "Honey; Silk"
