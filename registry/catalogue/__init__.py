"""Programmes, translations, topics, framework documents, cohorts, seat pools, indicators."""
