"""A real browser for tests: the system's Chromium, driven by playwright, judged by axe-core.

    pytestmark = pytest.mark.browser

    def test_home_page(page_at):
        page = page_at(390, "/zh/")  # also theme="dark", scripts=False, type_size="large"
        check_axe(page)
        no_horizontal_scroll(page)

`page_at` gives a fresh context each time (own cookies) and closes it after the test. A page that logs an error to the
console, breaks the content security policy or asks for a file that is not there fails the test.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PHONE, WIDE, NARROWEST = 390, 1280, 320

# What htmx says when a request gives way to a later one (hx-sync). One that fails says htmx:sendError.
TAKEN_BACK = ("htmx:sendAbort", "htmx:afterRequest")

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run."""
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        pytest.fail("No Chromium on this machine: type `apt-get install chromium fonts-noto-cjk`.")
    # playwright keeps an event loop in this thread; Django would take the database calls of fixtures for async ones
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--font-render-hinting=none"])
        yield browser
        browser.close()


@pytest.fixture
def page_at(chromium: Browser, live_server: Any) -> Iterator[OpenPage]:
    """Open pages of the live server at a width; see the top of this file."""
    contexts = []
    trouble: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 4" not in message.text and not message.text.startswith(TAKEN_BACK):
            trouble.append(f"console: {message.text}")

    def answered(response: Response) -> None:
        if response.status >= 400 and response.request.resource_type in {"script", "stylesheet", "image", "font"}:
            trouble.append(f"{response.status}: {response.url}")

    def open_page(
        width: int,
        path: str | None = None,
        *,
        theme: str = "light",
        type_size: str = "normal",
        scripts: bool = True,
        height: int | None = None,
        language: str = "zh-CN",
    ) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height or (844 if width < 600 else 900)},
            base_url=live_server.url,
            color_scheme=theme,  # type: ignore[arg-type]
            java_script_enabled=scripts,
            locale=language,
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            has_touch=width < 600,
        )
        contexts.append(context)
        if type_size == "large":
            context.add_cookies([{"name": "ykb_type", "value": "large", "url": live_server.url}])
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: trouble.append(f"script: {error}"))
        page.on("response", answered)
        if path is not None:
            page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not trouble, "\n".join(trouble)


def _whole(page: Page) -> None:
    """A page that a click led to is there at its first byte; it is judged with its styles, not while it still reads."""
    page.wait_for_load_state("load")


def check_axe(page: Page, *, within: str | None = None, without: list[str] | None = None) -> None:
    """Fail with every violation that axe finds: rule, where, what to do."""
    if not AXE.exists():
        pytest.fail(f"{AXE.relative_to(ROOT)} is missing: run `make test` once, or `python3 ops/prepare.py test`.")
    _whole(page)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    scope: dict[str, Any] = {"include": [[within or "html"]]}
    if without:
        scope["exclude"] = [[selector] for selector in without]
    found = page.evaluate(
        "([scope, rules]) => axe.run(scope, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})",
        [scope, RULES],
    )
    lines = [
        f"{rule['id']} ({rule['impact']}): {rule['help']}\n    {node['html'][:200]}\n    {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
    assert not lines, f"{page.url}\n" + "\n".join(lines)


def no_horizontal_scroll(page: Page, width: int = NARROWEST) -> None:
    """At `width` the page itself never scrolls sideways (a region that says so may)."""
    _whole(page)
    page.set_viewport_size({"width": width, "height": 700})
    overflow, wide = page.evaluate(
        """() => {
            const limit = document.documentElement.clientWidth, overflow = document.documentElement.scrollWidth - limit;
            if (overflow <= 0) return [0, []];
            const clips = e => ['auto', 'scroll', 'hidden'].includes(getComputedStyle(e).overflowX);
            const inside = e => { for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
                if (clips(p)) return true;
                return false; };
            const right = e => Math.round(e.getBoundingClientRect().right);
            return [overflow, [...document.body.querySelectorAll('*')]
                .filter(e => right(e) > limit + 1 && !inside(e))
                .slice(0, 10).map(e => e.tagName + '.' + e.className + ' ' + right(e))];
        }"""
    )
    assert overflow <= 0, f"{page.url} is {overflow} px wider than {width}: {wide}"
