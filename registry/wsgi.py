"""What the server loads: `gunicorn registry.wsgi:app`."""

from pathlib import Path

from werkzeug.middleware.proxy_fix import ProxyFix

from registry import create_app
from registry.core.assets import serve_static

app = create_app(with_migrations=False)
serve_static(app, Path(app.config["STATIC_BUILD"]))
if hops := app.config["TRUSTED_PROXIES"]:
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
