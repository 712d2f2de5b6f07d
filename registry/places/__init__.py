"""Countries, blocs, dated memberships and the rules of each jurisdiction."""
