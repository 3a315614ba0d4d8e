"""Scripts and styles as the browser gets them: compressed once, cached for ever.

Streamlit sends its own files as they are, 2 MB for a first visit. A copy of them is compressed
in the background at the first start and kept in the data folder; until it is there, Streamlit
serves. The chart library of the pages is among them.
"""

import contextlib
import gzip
import hashlib
import importlib.metadata
import importlib.util
import logging
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import brotli
from servestatic import ServeStaticASGI

from nocs.settings import ROOT
from nocs.web.assets import SERVED, served_folder

log = logging.getLogger("nocs.web")

COMPRESSED = {".js", ".css", ".svg", ".json", ".wasm"}
BROTLI_QUALITY = 5  # 11, the library's own choice, takes minutes and saves a tenth more
GZIP_LEVEL = 6
SMALLEST_BYTES = 1_000


def middleware(app: Any, folder: Path, base_path: str = "") -> ServeStaticASGI:
    """Wrap `app`; `folder` is where compressed copies are kept. Returns at once."""
    files = ServeStaticASGI(
        app,
        allow_all_origins=False,
        immutable_file_test=lambda _path, _url: True,  # every address changes with its content
    )
    files.add_files(SERVED, f"{base_path}/{served_folder()}")
    threading.Thread(
        target=_compressed, args=[files, folder, base_path], name="nocs-static", daemon=True
    ).start()
    return files


def _compressed(files: ServeStaticASGI, folder: Path, base_path: str) -> None:
    copies = folder / _version()
    if not copies.exists():
        # A process of its own: this one neither waits for it nor keeps the memory it took.
        command = [sys.executable, "-m", "nocs.web.static", str(folder)]
        subprocess.run(command, check=False, cwd=ROOT, stdin=subprocess.DEVNULL)
    if not copies.exists():
        log.warning("Static files are sent uncompressed: %s cannot be written.", folder)
        return
    for path, prefix in sources().items():
        files.add_files(copies / path.name, f"{base_path}/{prefix}")


def sources() -> dict[Path, str]:
    """The folders that are served, and the address of each."""
    streamlit = importlib.util.find_spec("streamlit")
    assert streamlit and streamlit.origin
    return {Path(streamlit.origin).parent / "static" / "static": "static", SERVED: served_folder()}


def prepare(folder: Path) -> Path:
    """Copy and compress every file that the browser may ask for, once a version."""
    target = folder / _version()
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=folder, prefix=".part-"))
    for source in sources():
        shutil.copytree(source, part / source.name)
    for path in [path for path in part.rglob("*") if path.suffix in COMPRESSED]:
        content = path.read_bytes()
        if len(content) >= SMALLEST_BYTES:
            path.with_name(path.name + ".br").write_bytes(
                brotli.compress(content, quality=BROTLI_QUALITY)
            )
            path.with_name(path.name + ".gz").write_bytes(
                gzip.compress(content, GZIP_LEVEL, mtime=0)
            )
    try:
        part.rename(target)
    except OSError:  # another process was faster
        shutil.rmtree(part)
    for other in folder.iterdir():
        if other != target and not other.name.startswith(".part-"):
            shutil.rmtree(other, ignore_errors=True)
    return target


def _version() -> str:
    """A name that changes with everything that is served."""
    parts = (importlib.metadata.version("streamlit"), served_folder(), str(BROTLI_QUALITY))
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


if __name__ == "__main__":
    with contextlib.suppress(OSError):  # who asked sees that there is nothing
        prepare(Path(sys.argv[1]))
