"""Look for secrets in the files that are kept: keys, tokens, passwords in addresses and settings.

A line that only looks like one says so with the words "no secret" in a comment.
"""

import math
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LARGEST_BYTES = 500_000
EXCUSE = "no secret"
FORMS = {
    "private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "cloud or forge token": re.compile(
        r"\b(AKIA[0-9A-Z]{16}|gh[pousr]_\w{36}|xox[abprs]-[\w-]{10,}|AIza[\w-]{35})"
    ),
    "token of this API": re.compile(r"\bnocs_[\w-]{43}\b"),
    "password in an address": re.compile(r"\w://[^\s:/?@{}$'\"]+:([^\s:/?@{}$'\"]+)@"),
    "secret in a setting": re.compile(
        r"(?i)(?:password|passwd|secret|token|api_?key)\w*[\"']?\s*[:=]\s*[\"']([^\"'\s]{12,})[\"']"
    ),
}
# What examples and tests say in place of a password.
PLACEHOLDERS = re.compile(r"(?i)^(x+|p|pw|pass(word)?|secret|s3cret|hunter2|change-?me|example)")
LEAST_ENTROPY = 3.3


def main() -> int:
    """Exit status 1 when a kept file holds what looks like a secret; its value is not printed."""
    found = [
        f"{path.relative_to(ROOT)}:{number}: {form}"
        for path in _kept_files()
        for number, form in secrets_in(path.read_text(encoding="utf-8", errors="ignore"))
    ]
    if found:
        print("Looks like a secret:", *found, sep="\n  ", file=sys.stderr)
    return 1 if found else 0


def secrets_in(content: str) -> Iterator[tuple[int, str]]:
    """The number of each line that holds one, and what it looks like."""
    for number, line in enumerate(content.splitlines(), start=1):
        if EXCUSE in line:
            continue
        for form, pattern in FORMS.items():
            for match in pattern.finditer(line):
                if not match.groups() or _is_likely(form, match.group(1)):
                    yield number, form


def _is_likely(form: str, value: str) -> bool:
    """A made-up word is no secret; a setting's value must also look like chance."""
    if PLACEHOLDERS.match(value):
        return False
    return form != "secret in a setting" or _entropy(value) >= LEAST_ENTROPY


def _entropy(value: str) -> float:
    """Bits a character; words have about 3, keys above."""
    if not (re.search(r"\d", value) and re.search(r"[A-Za-z]", value)):
        return 0.0
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())


def _kept_files() -> Iterator[Path]:
    """What git keeps or would keep."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=False, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    if listed.returncode:
        sys.exit(f"Secrets cannot be looked for: {listed.stderr.strip()}")
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and path.stat().st_size <= LARGEST_BYTES:
            yield path


if __name__ == "__main__":
    sys.exit(main())
