"""Home, navigation, error pages, health check, and the wiring of the application's doors."""
