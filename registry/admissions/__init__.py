"""Forms, applications, eligibility, decisions, seats, offers and waiting lists."""
