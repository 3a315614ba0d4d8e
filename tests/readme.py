"""README.md as its test reads it: blocks of commands with their output, and the parts made of code.

A block `console` holds commands after `$ ` and their whole output, `…` standing for what varies;
`console background` a command that goes on, with lines of its output in their order.
`python -m tests.readme` writes the parts made of code anew.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nocs.settings import ROOT
from nocs.settings.__main__ import settings_table
from nocs.source.faults import REMEDIES

README = ROOT / "README.md"
ELLIPSIS = "…"


@dataclass(frozen=True)
class Block:
    """One fenced block, with the section that it stands in."""

    section: str
    kind: str
    text: str

    def commands(self) -> Iterator[tuple[str, list[str]]]:
        """The commands of a console block, each with its expected lines."""
        for part in re.split(r"^\$ ", self.text, flags=re.M)[1:]:
            command, *lines = part.rstrip("\n").split("\n")
            yield command, lines


def blocks() -> list[Block]:
    found, section = [], ""
    text = README.read_text(encoding="utf-8")
    for match in re.finditer(r"^#{2,3} ([^\n]+)$|^```([^\n]*)\n(.*?)^```$", text, re.M | re.S):
        if match.group(1):
            section = match.group(1)
        else:
            found.append(Block(section, match.group(2), match.group(3)))
    return found


def is_as_expected(expected: str, line: str) -> bool:
    pattern = re.escape(expected).replace(ELLIPSIS, ".*")
    return re.fullmatch(pattern, line) is not None


def oracle_errors() -> str:
    lines = ["| Code | What to do |", "|---|---|"]
    lines += [f"| `{code}` | {remedy} |" for code, remedy in sorted(REMEDIES.items())]
    return "\n".join(lines)


GENERATED = {
    ("<!-- settings: ", "<!-- /settings -->"): settings_table,
    ("<!-- oracle errors: ", "<!-- /oracle errors -->"): oracle_errors,
}


def with_generated_parts(text: str) -> str:
    for (begin, end), make in GENERATED.items():
        head, _, rest = text.partition(begin)
        opening, _, rest = rest.partition("\n")
        text = f"{head}{begin}{opening}\n{make()}\n{end}{rest.partition(end)[2]}"
    return text


if __name__ == "__main__":
    README.write_text(with_generated_parts(README.read_text("utf-8")), encoding="utf-8")
