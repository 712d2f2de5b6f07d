"""Fictional data, built only through the domains' operations: people, shops and figures are invented."""
