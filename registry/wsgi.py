"""What the server loads: `gunicorn registry.wsgi:app`."""

from pathlib import Path

from registry import create_app
from registry.core.assets import serve_static

app = create_app(with_migrations=False)
serve_static(app, Path(app.config["STATIC_BUILD"]))
