"""Read the settings from the environment; a wrong one is one line that names it.

A secret may also come from the file that NOCS_<NAME>_FILE names. An unknown NOCS_ variable is an
error, because a misspelt password setting would otherwise turn a production machine into a demo
without a word.
"""

import difflib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError

from nocs.errors import SettingsError
from nocs.settings.together import PREFIX, Settings


def load_settings(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Read the settings; `overrides` (from the command line) win. SettingsError names the fault."""
    environment = os.environ if environment is None else environment
    values = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in environment.items()
        if name.startswith(PREFIX) and value != ""
    }
    for secret in _secrets():
        if path := values.pop(f"{secret}_file", None):
            if secret in values:
                raise SettingsError(
                    f"{PREFIX}{secret.upper()} and {PREFIX}{secret.upper()}_FILE are both set.",
                    "Keep one of them.",
                )
            values[secret] = _secret_from(path, f"{PREFIX}{secret.upper()}_FILE")
    for name in values:
        if name not in Settings.model_fields:
            raise SettingsError(f"Unknown setting {PREFIX}{name.upper()}.", _did_you_mean(name))
    values.update({name: value for name, value in overrides.items() if value is not None})
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        raise _first_fault(error) from None


def _secrets() -> Iterator[str]:
    """The names of the settings that may come from a file."""
    for name, field in Settings.model_fields.items():
        if SecretStr in getattr(field.annotation, "__args__", ()):
            yield name


def _secret_from(path: str, setting: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise SettingsError(
            f"{setting}: cannot read {path} ({reason}).", "Name a readable file."
        ) from None


def _did_you_mean(name: str) -> str:
    close = difflib.get_close_matches(name, Settings.model_fields, n=1)
    hint = f"Did you mean {PREFIX}{close[0].upper()}?" if close else "Unset it."
    return f"{hint} All settings are listed in README.md."


def _first_fault(error: ValidationError) -> SettingsError:
    """One line without the value itself, which may be a secret."""
    fault = error.errors(include_input=False, include_url=False)[0]
    name = str(fault["loc"][0]) if fault["loc"] else ""
    message = str(fault["msg"]).removeprefix("Value error, ")
    help_text = Settings.model_fields[name].description if name in Settings.model_fields else ""
    return SettingsError(f"{PREFIX}{name.upper()}: {message}.", f"Meaning: {help_text}")
