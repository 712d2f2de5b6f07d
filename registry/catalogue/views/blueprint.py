"""The blueprint that the catalogue's views share."""

from flask import Blueprint

bp = Blueprint("catalogue", __name__)
