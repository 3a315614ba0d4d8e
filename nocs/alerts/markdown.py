"""A plain message for services that show Markdown, such as Teams: its lines as a list.

Surprise: these services run plain lines together, and an escaped address is no link, so neither
can be left to a general conversion.
"""

import re

SPECIAL = re.compile(r"([\\`*_{}\[\]()#+.!|<>~$&-])")
LINK = re.compile(r"https?://\S+")


def as_markdown(text: str) -> str:
    """Each line an item of a list, links as links, everything else as typed."""
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join(
        f"\n[{line}]({line})" if LINK.fullmatch(line) else "- " + SPECIAL.sub(r"\\\1", line)
        for line in lines
    )
