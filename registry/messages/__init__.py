"""Mail and in-app notices: queued with the change that caused them, delivered once."""
