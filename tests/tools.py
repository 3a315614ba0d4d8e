"""Programs that tests need and pip cannot install: missing ones skip aloud, and fail in CI."""

import os
import shutil

import pytest

# Debian keeps some of them where only root's PATH looks.
PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))


def tool(*names: str, package: str) -> str:
    """The path of the first program that is there; `package` is Debian's, for the message."""
    path = next((found for name in names if (found := shutil.which(name, path=PLACES))), None)
    if path is None:
        message = f"no {names[0]} on this machine: apt-get install {package}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return path
