"""The blueprint that all pages of admissions share."""

from flask import Blueprint

bp = Blueprint("admissions", __name__)
