"""`make routes`."""

from flask import Flask


def test_list_routes_names_url_endpoint_and_permission(app: Flask) -> None:
    lines = app.test_cli_runner().invoke(args=["web", "routes"]).output.splitlines()

    assert lines[0].split() == ["URL", "methods", "endpoint", "permission"]
    assert ["/healthz", "GET", "web.show_health", "public"] in [line.split() for line in lines]
    assert len(lines) == 1 + len(list(app.url_map.iter_rules()))
