"""What a browser says that it is, in a word or two that a person recognises."""

from flask_babel import gettext as _

# The first that fits counts: most browsers claim to be several others too.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
MACHINES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def said(agent: str) -> str:
    """Such as “Firefox, Windows”; what is not known is said to be unknown."""
    found = [_first(agent, BROWSERS), _first(agent, MACHINES)]
    return ", ".join(filter(None, found)) or _("unknown device")


def _first(agent: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((name for sign, name in names if sign in agent), "")
