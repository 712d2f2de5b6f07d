"""Mechanisms every domain stands on; no word of the field appears here."""
