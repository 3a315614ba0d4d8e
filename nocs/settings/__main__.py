"""Print the table of settings for README.md: `python -m nocs.settings`."""

import sys

from pydantic.fields import FieldInfo

from nocs.settings.together import GROUPS, PREFIX


def settings_table() -> str:
    """The settings of every group as Markdown, each group under its name."""
    lines = ["| Setting | Default | Meaning |", "|---|---|---|"]
    for group in GROUPS:
        lines.append(f"| **{group.__doc__}** | | |")
        for name, field in group.model_fields.items():
            lines.append(f"| `{PREFIX}{name.upper()}` | {_default(field)} | {field.description} |")
    return "\n".join(lines)


def _default(field: FieldInfo) -> str:
    if isinstance(field.json_schema_extra, dict):
        return str(field.json_schema_extra["default_in_words"])
    value = field.get_default()
    return "" if value in (None, "", ()) else f"`{value}`"


if __name__ == "__main__":
    sys.stdout.write(f"{settings_table()}\n")
