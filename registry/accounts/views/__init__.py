"""/account: signing up, signing in, and what belongs to one's own account."""

from registry.accounts.views import account, entry, passwords, second_factor
from registry.accounts.views.blueprint import bp

__all__ = ["account", "bp", "entry", "passwords", "second_factor"]
