"""Scripts and styles: compressed as the browser asks, cached for ever, never missing."""

import gzip
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from nocs.web import document, static
from nocs.web.assets import BUNDLE, ICON, served_url
from tests.waiting import until


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where the compressed copies are there already."""
    made = tmp_path_factory.mktemp("static")
    static.prepare(made)
    return made


def get(files: object, url: str, encoding: str) -> tuple[dict[str, str], bytes]:
    """Headers and body as sent, not as a client would decode it."""
    client = TestClient(files)
    with client.stream("GET", url, headers={"Accept-Encoding": encoding}) as answer:
        return dict(answer.headers), b"".join(answer.iter_raw())


def compressed(folder: Path) -> object:
    files = static.middleware(PlainTextResponse("the page"), folder)
    until(
        lambda: get(files, served_url(BUNDLE), "br")[0].get("content-encoding"), "compressed copies"
    )
    return files


@pytest.mark.parametrize(
    ("encoding", "decode"),
    [("br", brotli.decompress), ("gzip", gzip.decompress), ("identity", bytes)],
)
def test_the_chart_library_is_sent_as_the_browser_accepts_it(
    folder: Path, encoding: str, decode: Callable[[bytes], bytes]
) -> None:
    headers, body = get(compressed(folder), served_url(BUNDLE), encoding)
    assert headers.get("content-encoding", "identity") == encoding
    assert decode(body) == BUNDLE.read_bytes()
    assert "immutable" in headers["cache-control"] and headers["vary"] == "Accept-Encoding"
    assert headers["content-type"].startswith("text/javascript")


def test_every_script_of_streamlit_is_there_with_its_content(folder: Path) -> None:
    files = compressed(folder)
    source = next(path for path, prefix in static.sources().items() if prefix == "static")
    scripts = [path for path in source.rglob("*.js") if path.stat().st_size >= 1_000]
    assert len(scripts) > 100
    for script in scripts[::20]:
        url = f"/static/{script.relative_to(source).as_posix()}"
        headers, body = get(files, url, "br")
        assert headers["content-encoding"] == "br"
        assert brotli.decompress(body) == script.read_bytes()


def test_what_is_no_file_reaches_the_application(folder: Path) -> None:
    assert get(compressed(folder), "/static/nothing.js", "br")[1] == b"the page"


def test_files_are_sent_before_their_copies_are_ready(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    files = static.middleware(PlainTextResponse("the page"), tmp_path / "file" / "below")
    headers, body = get(files, served_url(BUNDLE), "br")
    assert "content-encoding" not in headers and body == BUNDLE.read_bytes()


def test_copies_of_another_version_are_removed_and_the_present_ones_kept(folder: Path) -> None:
    old = folder / "0123456789abcdef"
    (old / "static").mkdir(parents=True)
    target = static.prepare(folder)
    assert target.exists()
    target.rename(folder / "elsewhere")
    assert static.prepare(folder) == target
    assert [path.name for path in folder.iterdir()] == [target.name]


@pytest.mark.parametrize("base_path", ["", "/nocs"])
def test_the_icon_stands_where_every_document_looks_for_it(base_path: str) -> None:
    client = TestClient(Starlette(routes=document.routes(base_path)))
    answer = client.get(f"{base_path}/favicon.png")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.content == ICON.read_bytes()
    assert 'href="./favicon.png"' in document.with_first_paint(None)
