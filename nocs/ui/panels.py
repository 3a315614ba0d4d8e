"""The fixed texts of the pages, which live in the assets folder: help, and the empty cache."""

from nocs.ui.style import asset


def help_html() -> str:
    """A panel that explains credit and due; it opens by click or key."""
    return asset("help.html")


def empty_html() -> str:
    """What shows before the first figures."""
    return asset("empty.html")
