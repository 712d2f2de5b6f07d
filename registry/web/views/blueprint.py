"""The blueprint of pages that belong to no domain, or to several."""

from flask import Blueprint

bp = Blueprint("web", __name__)
