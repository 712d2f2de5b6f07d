"""Forms of the account pages."""

from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from wtforms import EmailField, Field, HiddenField, PasswordField, SelectField, StringField, ValidationError

from registry.accounts.passwords import MAX_LENGTH
from registry.accounts.rules import clean_email, find_password_problem
from registry.core import clock, i18n
from registry.core.forms import InputRequired, Length, RegistryForm, VersionedForm, plain_digits
from registry.core.i18n import SelectChoice, _, _l


class SecretField(PasswordField):
    """A password: blanks and all characters count, and it is never shown again."""

    keeps_raw_text = True


class EmailShape:
    """Validator: the text can be an e-mail address; it is stored as `clean_email` writes it."""

    def __call__(self, form: Any, field: Field) -> None:
        email = clean_email(field.data or "")
        if email is None:
            raise ValidationError(_("Enter an e-mail address, like name@example.org."))


def email_field(label: Any) -> Any:
    return EmailField(
        label, validators=[InputRequired(_l("Enter an e-mail address, like name@example.org.")), EmailShape()]
    )


class GoodPassword:
    """Validator: long enough, not the address, not everybody's."""

    def __call__(self, form: Any, field: Field) -> None:
        email = form["email"].data if "email" in form else getattr(form, "own_email", "")
        problem = find_password_problem(field.data or "", email or "")
        if problem is not None:
            raise ValidationError(str(problem))


def new_password_field(label: Any) -> Any:
    return SecretField(label, validators=[GoodPassword()])


def current_password_field(label: Any) -> Any:
    return SecretField(
        label,
        validators=[
            InputRequired(_l("Enter your password.")),
            Length(max=MAX_LENGTH, message=_l("This is not your password: it is too long.")),
        ],
    )


class SignUpForm(RegistryForm):
    email = email_field(_l("E-mail address"))
    password = new_password_field(_l("Password"))
    zone = HiddenField()

    @property
    def known_zone(self) -> str:
        """The browser's zone, where a script told it."""
        return self.zone.data if self.zone.data in clock.known_zones() else "UTC"


class EmailForm(RegistryForm):
    """One address: for a new link."""

    email = email_field(_l("E-mail address"))


class SignInForm(RegistryForm):
    email = email_field(_l("E-mail address"))
    password = current_password_field(_l("Password"))


class CodeForm(RegistryForm):
    """A code of the app, or (where `recovery` is welcome) a recovery code."""

    code = StringField(
        _l("Code"),
        filters=[plain_digits, lambda text: (text or "").replace(" ", "")],
        validators=[
            InputRequired(_l("Enter the code.")),
            Length(max=20, message=_l("A code has six digits, a recovery code twelve letters and digits.")),
        ],
    )


class ConfirmForm(RegistryForm):
    """Only a button."""


class ResetPasswordForm(RegistryForm):
    password = new_password_field(_l("New password"))


class ChangePasswordForm(RegistryForm):
    password = current_password_field(_l("Current password"))
    new_password = new_password_field(_l("New password"))

    def __init__(self, *args: Any, own_email: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own_email = own_email


class PasswordForm(RegistryForm):
    """The password once more, before something that weakens the account."""

    password = current_password_field(_l("Your password"))


class EndSessionForm(RegistryForm):
    mark = HiddenField(validators=[InputRequired(), Length(max=64)])


class SettingsForm(VersionedForm):
    name = StringField(
        _l("Your name"),
        validators=[Length(max=160, message=_l("Shorten the name to 160 characters."))],
        description=_l("What we call you on pages and in mails. You may leave it empty."),
    )
    locale = SelectField(
        _l("Language of mails"),
        choices=[SelectChoice(value=code, label=name) for code, name in i18n.LOCALES.items()],
    )
    zone = SelectField(
        _l("Time zone"),
        description=_l("We show times in this zone beside those of the host."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = zone_choices(i18n.current_locale())
        own = [choice for choice in choices if choice.value == self.zone.object_data]
        # Of zones under one name, such as Kolkata and Calcutta, one stands in the list: the account's own.
        self.zone.choices = list({choice.label: choice for choice in [*choices, *own]}.values())


_AREAS = (
    *("Africa", "America", "Antarctica", "Arctic", "Asia"),
    *("Atlantic", "Australia", "Europe", "Indian", "Pacific"),
)


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    return (*sorted(zone for zone in clock.known_zones() if zone.partition("/")[0] in _AREAS), "UTC")


@lru_cache(maxsize=8)
def zone_choices(locale: str) -> list[SelectChoice]:
    """All zones by offset and city. Kept per language: naming some hundred cities takes a while."""
    now = clock.now()
    found = []
    with i18n.in_locale(locale):
        for zone in _zones():
            local = now.astimezone(ZoneInfo(zone))
            city = zone if zone == "UTC" else i18n.zone_city(zone)
            label = i18n.format_offset(local) if zone == "UTC" else f"{i18n.format_offset(local)} · {city}"
            found.append((local.utcoffset(), i18n.sort_key(city), zone, label))
    return [SelectChoice(value=zone, label=label) for _offset, _city, zone, label in sorted(found)]
