"""Users who sign in, organisations and role grants."""
