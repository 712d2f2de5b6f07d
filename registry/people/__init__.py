"""Young people: names, contact, consent, guardians; many have no account."""
