"""Look the pinned packages up among known vulnerabilities; a find fails, no network does not.

A clean answer holds for a day, so that `make check` stays fast.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINNED = ROOT / "constraints.txt"
STAMP = Path(sys.prefix) / "packages-audited"
DAY_SECONDS = 86_400
PATIENCE_SECONDS = 120


def main() -> int:
    """Exit status 1 when a pinned package is known to be vulnerable."""
    if _is_recent():
        return 0
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pip_audit", "--requirement", str(PINNED), "--no-deps",
             "--disable-pip", "--progress-spinner", "off", "--format", "json"],
            check=False, capture_output=True, text=True, timeout=PATIENCE_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return _not_audited("it took too long")
    return judge(done.stdout, done.stderr)


def judge(answer: str, errors: str) -> int:
    """What pip-audit found: 1 for a vulnerability, 0 for none, and for what could not be asked."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError):
        last = errors.strip().splitlines()
        return _not_audited(last[-1] if last else "no answer")
    found = [
        f"{package['name']} {package['version']}: {fault['id']}, fixed in "
        f"{', '.join(fault['fix_versions']) or 'no version'}"
        for package in packages
        for fault in package.get("vulns", ())
    ]
    if found:
        print("Vulnerable packages:", *found, sep="\n  ", file=sys.stderr)
        return 1
    skipped = sum("skip_reason" in package for package in packages)
    if skipped:
        return _not_audited(f"{skipped} of {len(packages)} packages could not be looked up")
    STAMP.touch()
    print(f"{len(packages)} packages, none known to be vulnerable.")
    return 0


def _not_audited(why: str) -> int:
    print(f"Packages were NOT audited: {why}.", file=sys.stderr)
    return 0


def _is_recent() -> bool:
    if not STAMP.exists():
        return False
    audited = STAMP.stat().st_mtime
    return audited > PINNED.stat().st_mtime and time.time() - audited < DAY_SECONDS


if __name__ == "__main__":
    sys.exit(main())
