"""What to call a browser in a list of sessions."""

from registry.core.i18n import _

# The first match counts: every browser also calls itself by the names of older ones.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("YaBrowser", "Yandex Browser"),
    ("MicroMessenger", "WeChat"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def describe_browser(name: str) -> str:
    """Chrome on Android, as far as the browser tells."""
    browser = next((known for mark, known in _BROWSERS if mark in name), None)
    system = next((known for mark, known in _SYSTEMS if mark in name), None)
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or _("Unknown browser")
