"""The pictures of the README, taken from a running instance with demo people.

    python -m ops.pictures http://127.0.0.1:8000 --resident LOGIN PASSWORD --window LOGIN PASSWORD

`yukuaiban demo logins` prints the log-ins. Needs Chromium, as the browser tests do. Nothing is filed; the one draft that
starting the form makes is deleted again.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
LARGEST = 220_000  # bytes: a README should open at once
PHONE, DESK = (390, 844), (1280, 800)


def opened(browser: Browser, size: tuple[int, int]) -> Page:
    page = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, device_scale_factor=1.5, locale="zh-CN", reduced_motion="reduce"
    ).new_page()
    page.set_default_timeout(20_000)
    return page


def log_in(page: Page, address: str, login: str, password: str) -> None:
    page.goto(f"{address}/zh/accounts/login/")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def shot(page: Page, name: str) -> None:
    """Keep what stands in the window, with as many colours as fit."""
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    for colours in (256, 128, 64, 32):
        out = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= LARGEST:
            break
    else:
        raise SystemExit(f"{name}: {out.tell():,} bytes with {colours} colours; {LARGEST:,} are allowed.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.png").write_bytes(out.getvalue())
    sys.stdout.write(f"{name}.png  {out.tell() // 1000} KB, {colours} colours\n")


def first_item_online(page: Page, address: str) -> None:
    """The guide of a service that can be filed at the city or a district, found as a person finds it."""
    page.goto(f"{address}/zh/search?q=居住证")
    page.locator(
        "main a[href*='/services/']:has-text('居住证'), main a[href*='/items/']:has-text('居住证')"
    ).first.click()
    if "/items/" not in page.url:
        page.locator("main a[href*='/items/']").first.click()


def take(browser: Browser, address: str, resident: list[str], window: list[str]) -> None:
    for size, suffix in ((PHONE, "phone"), (DESK, "wide")):
        page = opened(browser, size)
        page.goto(f"{address}/zh/")
        shot(page, f"home-{suffix}")
    page = opened(browser, PHONE)
    first_item_online(page, address)
    shot(page, "item-phone")

    page = opened(browser, PHONE)
    log_in(page, address, *resident)
    page.goto(f"{address}/zh/cases")
    filed = page.locator(
        "main a[href*='/zh/cases/YK'], main .list-row[href*='/zh/cases/'], main .list-row a[href*='/zh/cases/']"
    )
    page.goto(f"{address}{filed.first.get_attribute('href')}")
    shot(page, "case-phone")
    page.goto(f"{page.url}/receipt")
    shot(page, "receipt-phone")
    first_item_online(page, address)
    page.locator("main a[href*='/apply/'], main form[action*='/apply/'] button").first.click()
    page.wait_for_url("**/drafts/**")
    shot(page, "form-phone")
    number = page.url.split("/drafts/")[1].split("/")[0].split("?")[0]
    page.goto(f"{address}/zh/drafts/{number}/discard")
    page.locator("main form button").first.click()

    page = opened(browser, DESK)
    log_in(page, address, *window)
    page.goto(f"{address}/zh/desk/")
    row = page.locator("[data-rows] a[data-row]")
    if row.count():
        row.first.click()
    shot(page, "desk-wide")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m ops.pictures", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("address", help="of the running instance, such as http://127.0.0.1:8000")
    parser.add_argument("--resident", nargs=2, required=True, metavar=("LOGIN", "PASSWORD"))
    parser.add_argument("--window", nargs=2, required=True, metavar=("LOGIN", "PASSWORD"))
    options = parser.parse_args()
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"] if os.geteuid() == 0 else []
        )
        take(browser, options.address.rstrip("/"), options.resident, options.window)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
