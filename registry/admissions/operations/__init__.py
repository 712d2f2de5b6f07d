"""Every change in admissions, one file per noun."""
