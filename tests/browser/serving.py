"""Drives Chromium for `browser.py`, in the environment that has Playwright; started by it, never imported.

Requests and answers are lines of JSON on stdin and stdout: `open` makes a page, `call` calls a method of it by its path.
"""

import json
import os
import sys
from functools import reduce
from typing import Any

from playwright.sync_api import Error, Page, sync_playwright


def main(chromium: str) -> None:
    """Serve until stdin ends."""
    # Chromium's own sandbox does not run as root, as in a container.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        pages: list[Page] = []
        heard: list[list[str]] = []
        for line in iter(sys.stdin.readline, ""):
            request = json.loads(line)
            try:
                answer = {"is": _answer(request, browser, pages, heard)}
            except Error as error:
                answer = {"error": error.message}
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
        browser.close()


def _answer(request: dict[str, Any], browser: Any, pages: list[Page], heard: list[list[str]]) -> Any:
    if "open" in request:
        page = browser.new_context(**request["context"]).new_page()
        said: list[str] = []
        # Whatever the page says, asks for or stumbles over, from its first byte on.
        page.on("console", lambda message: said.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (said.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda asked: said.append(f"request: {asked.url}") if _outside(asked.url) else None)
        page.on("requestfailed", lambda asked: said.append(f"failed: {asked.url}: {asked.failure}"))
        pages.append(page)
        heard.append(said)
        page.goto(request["open"])
        return len(pages) - 1
    number = request["page"]
    if "heard" in request:
        return heard[number]
    *path, method = request["call"].split(".")
    found = getattr(reduce(getattr, path, pages[number]), method)(*request["arguments"], **request["named"])
    return found if isinstance(found, (str, int, float, bool, list, dict, type(None))) else None


def _outside(url: str) -> bool:
    return not url.startswith(("file:", "data:"))


main(sys.argv[1])
