"""What can go wrong with accounts."""

from registry.core.errors import Conflict, InvalidInput
from registry.core.i18n import _l


class SignInRefused(InvalidInput):
    """The same words whatever the reason: unknown address, wrong password, not confirmed, locked."""

    code = "sign_in_refused"
    message = _l("We could not sign you in with this address and this password.")


class LinkInvalid(Conflict):
    """The mailed link was used, has expired, or was never made."""

    code = "link_invalid"
    message = _l("This link no longer works: it was used already, or too much time has passed.")


class CodeWrong(InvalidInput):
    """A code of the second factor that is wrong, too old or used."""

    code = "code_wrong"
    message = _l("This code is wrong or was used already. Enter the code that your app shows now.")


ONE_ACCOUNT = {"uq_user_account_email": ("email", _l("There is an account with this address already."))}
ONE_ORGANISATION = {
    "uq_organisation_code": ("code", _l("There is an organisation with this code already. Choose another.")),
}
