"""The chart library of the pages: plotly.js' basic bundle (bars, lines, pies).

It is a quarter of the one that Streamlit ships. `python -m nocs.web.assets 4.1.1` renews it from
npm. Its address holds a hash of its content, so that a browser may keep it for ever.
"""

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from functools import cache
from pathlib import Path

VENDOR = Path(__file__).with_name("vendor")
BUNDLE = VENDOR / "plotly-basic.min.js"
PACKAGE = "plotly.js-basic-dist-min"


@cache
def plotly_folder() -> str:
    """The folder of its address."""
    return f"assets/{hashlib.sha256(BUNDLE.read_bytes()).hexdigest()[:16]}"


def plotly_url() -> str:
    """Its address on this server."""
    return f"/{plotly_folder()}/{BUNDLE.name}"


def renew(version: str) -> None:
    """Replace the bundle, its licence and its version by those of the npm package."""
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            ["npm", "pack", "--json", f"{PACKAGE}@{version}"],
            check=True,
            cwd=folder,
            capture_output=True,
        )
        report = json.loads(packed.stdout)
        name = (report if isinstance(report, list) else list(report.values()))[0]["filename"]
        with tarfile.open(Path(folder) / name) as archive:
            archive.extractall(folder, filter="data")
        package = Path(folder) / "package"
        BUNDLE.write_bytes((package / BUNDLE.name).read_bytes())
        (VENDOR / "plotly-basic.LICENSE").write_bytes((package / "LICENSE").read_bytes())
        (VENDOR / "plotly-basic.version").write_text(f"{version}\n", encoding="utf-8")


if __name__ == "__main__":
    renew(sys.argv[1])
