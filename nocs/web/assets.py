"""What the pages fetch by themselves: the drawing of charts, and the library that draws them.

The library is plotly.js' basic bundle (bars, lines, pies), a quarter of the one that Streamlit
ships. `python -m nocs.web.assets 4.1.1` renews it from npm. Their address holds a hash of their
content, so that a browser may keep them for ever.
"""

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from functools import cache
from pathlib import Path

SERVED = Path(__file__).with_name("served")
BUNDLE = SERVED / "plotly-basic.min.js"
DRAWING = SERVED / "draw.js"
ICON = SERVED / "icon.svg"
PACKAGE = "plotly.js-basic-dist-min"


@cache
def served_folder() -> str:
    """The folder of their address."""
    content = b"".join(file.read_bytes() for file in sorted(SERVED.iterdir()))
    return f"assets/{hashlib.sha256(content).hexdigest()[:16]}"


def served_url(file: Path) -> str:
    """The address of one of them below the dashboard's own."""
    return f"/{served_folder()}/{file.name}"


def renew(version: str) -> None:
    """Replace the library, its licence and its version by those of the npm package."""
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
        (SERVED / "plotly-basic.LICENSE").write_bytes((package / "LICENSE").read_bytes())
        (SERVED / "plotly-basic.version").write_text(f"{version}\n", encoding="utf-8")


if __name__ == "__main__":
    renew(sys.argv[1])
