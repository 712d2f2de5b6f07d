"""Pages that belong to no domain, or to several. Importing the package opens them all."""

from registry.web.views import my_page, site
from registry.web.views.blueprint import bp

__all__ = ["bp", "my_page", "site"]
