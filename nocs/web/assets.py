"""Files of others that this program serves itself: Plotly's basic bundle, for the charts.

Surprise: the content's hash is part of the address, so a browser keeps the file for good and
never asks again; a renewed bundle has a new address. `python -m nocs.web.assets --renew VERSION`
fetches another version with npm.
"""

import argparse
import gzip
import hashlib
import subprocess
import tarfile
import tempfile
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

VENDOR = Path(__file__).resolve().parent / "vendor"
PACKAGE = "plotly.js-basic-dist-min"
BUNDLE = VENDOR / "plotly-basic.min.js"
LICENSE = VENDOR / "plotly-basic.LICENSE"
VERSION = VENDOR / "plotly-basic.version"

_DIGEST = hashlib.sha256(BUNDLE.read_bytes()).hexdigest()[:16] if BUNDLE.exists() else "missing"
PLOTLY_URL = f"/vendor/plotly-basic-{_DIGEST}.min.js"


def routes() -> list[BaseRoute]:
    """Routes that serve the bundle from memory, compressed once here and not on a request."""
    plain = BUNDLE.read_bytes()
    packed = gzip.compress(plain, compresslevel=9, mtime=0)

    async def plotly(request: Request) -> Response:
        takes_gzip = "gzip" in request.headers.get("accept-encoding", "")
        # Two forms of one content are two entities, each with a tag of its own.
        tag = f'"{_DIGEST}-gzip"' if takes_gzip else f'"{_DIGEST}"'
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable",
            "ETag": tag,
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
        }
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if takes_gzip:
            headers["Content-Encoding"] = "gzip"
        body = packed if takes_gzip else plain
        return Response(body, media_type="text/javascript; charset=utf-8", headers=headers)

    return [Route(PLOTLY_URL, plotly)]


def renew(version: str) -> None:
    """Fetch a version of the bundle with npm, with its licence and its version beside it."""
    with tempfile.TemporaryDirectory() as folder:
        packed = subprocess.run(
            ["npm", "pack", f"{PACKAGE}@{version}", "--silent"],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
        )
        with tarfile.open(Path(folder) / packed.stdout.split()[-1]) as archive:
            bundle = _member(archive, "package/plotly-basic.min.js")
            licence = _member(archive, "package/LICENSE")
    VENDOR.mkdir(exist_ok=True)
    BUNDLE.write_bytes(bundle)
    LICENSE.write_bytes(licence)
    VERSION.write_text(f"{PACKAGE} {version}\n", encoding="utf-8")


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    if member is None:
        raise FileNotFoundError(f"{PACKAGE} has no file {name}")
    return member.read()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Renew the vendored Plotly bundle.")
    parser.add_argument("--renew", metavar="VERSION", required=True, help="such as 4.1.1")
    renew(parser.parse_args().renew)
