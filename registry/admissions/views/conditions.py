"""What each condition was judged by, in words."""

from datetime import date

from registry.admissions.enums import RuleName
from registry.admissions.models import EligibilityResult
from registry.core.i18n import _, country_name, format_day, format_number, language_name
from registry.people.enums import Education


def describe_inputs(result: EligibilityResult) -> str:
    """The inputs a rule used at submission, as a coordinator reads them."""
    inputs = result.inputs
    if result.rule is RuleName.AGE:
        return _describe_age(inputs)
    if result.rule is RuleName.COUNTRY:
        names = [country_name(code) for code in inputs.get("countries") or ()]
        return " · ".join(names) or _("No country given")
    if result.rule is RuleName.EDUCATION:
        labels = {each.value: str(each.label) for each in Education}
        return labels.get(inputs.get("education") or "", _("Not answered"))
    known = (inputs.get("languages") or {}).items()
    texts = [
        _("%(language)s, %(level)s", language=language_name(tag), level=level.upper())
        if level
        else language_name(tag)
        for tag, level in known
    ]
    return " · ".join(texts) or _("Not answered")


def _describe_age(inputs: dict[str, object]) -> str:
    age, on = inputs.get("age"), format_day(date.fromisoformat(str(inputs["on"])))
    if isinstance(age, int):
        return _("%(age)s years on %(date)s", age=format_number(age), date=on)
    if isinstance(age, list):
        return _(
            "%(least)s or %(greatest)s years on %(date)s",
            least=format_number(age[0]),
            greatest=format_number(age[1]),
            date=on,
        )
    return _("Date of birth not known")
