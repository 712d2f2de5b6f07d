"""Forms of admissions, one file per noun."""
