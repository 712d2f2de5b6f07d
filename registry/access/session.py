"""Who is signed in, as Flask-Login carries it."""

from flask_login import UserMixin

from registry.access.actor import Actor


class SignedIn(UserMixin):
    """What Flask-Login carries: the session's token, which is its id, and who holds it."""

    def __init__(self, token: str, actor: Actor) -> None:
        self.token = token
        self.actor = actor

    def get_id(self) -> str:
        return self.token
