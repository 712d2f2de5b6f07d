"""One person's place in one cohort, from acceptance to completion."""
