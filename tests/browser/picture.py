"""Renew the picture in README.md from a running dashboard, after two refreshes of its demo:

python -m tests.browser.picture http://127.0.0.1:8501
"""

import io
import sys

from PIL import Image
from playwright.sync_api import sync_playwright

from nocs.settings import ROOT
from tests.browser.conftest import BROWSERS, FLAGS
from tests.tools import tool

PICTURE = ROOT / "README.assets" / "dashboard.webp"


def renew(url: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=tool(*BROWSERS, package="chromium"), args=FLAGS
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1010})
        page.goto(url)
        page.locator("[data-drawn=yes]").first.wait_for()
        page.mouse.move(0, 0)
        image = Image.open(io.BytesIO(page.screenshot()))
        browser.close()
    image.save(PICTURE, quality=80, method=6)


if __name__ == "__main__":
    renew(sys.argv[1])
