"""The blueprint that all pages of admissions share."""

from flask import Blueprint

from registry.admissions.rules.answers import describe_bounds
from registry.admissions.rules.asking import describe_conditions
from registry.admissions.rules.closing import describe_closing
from registry.catalogue.rules import describe_cohort

bp = Blueprint("admissions", __name__)
bp.add_app_template_filter(describe_cohort, "cohort_title")
bp.add_app_template_filter(describe_closing, "closing_reason")
bp.add_app_template_filter(describe_bounds, "bounds_in_words")
bp.add_app_template_filter(describe_conditions, "conditions_in_words")
