"""Pages that belong to no domain, or to several. Importing the package opens them all."""

from registry.web.views import accounts, administration, audit, my_page, organisations, roles, site
from registry.web.views.blueprint import bp

__all__ = ["accounts", "administration", "audit", "bp", "my_page", "organisations", "roles", "site"]
