"""The blueprint that all pages of enrolments share."""

from flask import Blueprint

bp = Blueprint("enrolments", __name__)
