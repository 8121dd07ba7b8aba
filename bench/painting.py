"""When a browser paints a page first, and how soon it finds a word in its longest table: milliseconds, as JSON.

Run by `report.py` in the environment that has Playwright, never imported.
"""

import json
import os
import sys

from playwright.sync_api import sync_playwright  # type: ignore[import-not-found]

FIND = """async () => {
    const status = document.querySelector('#ledger [role=status]'), search = document.querySelector('#ledger input');
    const before = status.textContent, begun = performance.now();
    search.value = '0042';
    search.dispatchEvent(new Event('input'));
    while (status.textContent === before) await new Promise(requestAnimationFrame);
    return performance.now() - begun;
}"""


def main(chromium: str, address: str) -> None:
    """Print `paint`, `loaded` and `found`."""
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        page = browser.new_page()
        page.goto(address)
        paint = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        loaded = page.evaluate("performance.getEntriesByType('navigation')[0].domComplete")
        print(json.dumps({"paint": paint, "loaded": loaded, "found": page.evaluate(FIND)}))
        browser.close()


main(*sys.argv[1:])
