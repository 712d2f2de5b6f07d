"""How fast the registry is, under its production server on PostgreSQL: `make bench`."""
