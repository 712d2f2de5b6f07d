"""Asking to be told when a programme opens."""

from wtforms import EmailField
from wtforms.validators import Email, InputRequired, Length

from registry.core.forms import RegistryForm
from registry.core.i18n import _l


class InterestForm(RegistryForm):
    email = EmailField(
        _l("E-mail address"),
        [
            InputRequired(_l("Enter your e-mail address.")),
            Length(max=254, message=_l("Enter an e-mail address of at most 254 characters.")),
            Email(_l("Enter an e-mail address, like name@example.org.")),
        ],
    )


class InterestLinkForm(RegistryForm):
    """Only a token and a button."""
