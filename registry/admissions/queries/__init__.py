"""Every SELECT of admissions, one file per noun."""
