"""The chart library as the browser gets it: compressed once, cached for ever, named by content.

It is plotly.js' basic bundle (bars, lines, pies), a quarter of the one that Streamlit ships.
`python -m nocs.web.assets 4.1.1` renews it from npm.
"""

import gzip
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

VENDOR = Path(__file__).with_name("vendor")
BUNDLE = VENDOR / "plotly-basic.min.js"
PACKAGE = "plotly.js-basic-dist-min"


@cache
def _bundle() -> tuple[bytes, bytes, str]:
    """The script, the same compressed, and a hash of its content."""
    content = BUNDLE.read_bytes()
    return content, gzip.compress(content, 9, mtime=0), hashlib.sha256(content).hexdigest()[:16]


@cache
def plotly_url() -> str:
    """Path of the chart library on this server; changes with its content."""
    return f"/assets/plotly-basic.{_bundle()[2]}.min.js"


def routes() -> list[Route]:
    """The route of the chart library."""
    return [Route(plotly_url(), _serve, methods=["GET", "HEAD"])]


async def _serve(request: Request) -> Response:
    content, compressed, tag = _bundle()
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "ETag": f'"{tag}"',
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        content = compressed
    return Response(content, media_type="text/javascript; charset=utf-8", headers=headers)


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
