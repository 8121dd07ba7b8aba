"""Chromium for tests, driven in a process of its own: Playwright has an environment beside this one, `.browser`."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser.axe import PLACE

PROGRAM = Path(__file__).resolve().parents[2]
PYTHON = PROGRAM / ".browser" / "bin" / "python"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
MISSING = next(
    (
        f"{what} is not here; `make browser` installs it"
        for what, there in (("Chromium", CHROMIUM), ("Playwright", PYTHON.exists()), ("axe-core", PLACE.exists()))
        if not there
    ),
    "",
)
"""Why nothing can be looked at; empty where it can."""


class Browser:
    """Opens pages."""

    def __init__(self) -> None:
        serving = Path(__file__).with_name("serving.py")
        self._process = subprocess.Popen(
            [str(PYTHON), str(serving), str(CHROMIUM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def open(self, path: Path, *, width: int = 1280, height: int = 900, **context: Any) -> "Page":
        """A page from a file, in a window of its own that remembers nothing. `context` is Playwright's."""
        given = {"viewport": {"width": width, "height": height}, **context}
        return Page(self, self.ask({"open": path.as_uri(), "context": given}))

    def ask(self, request: dict[str, Any]) -> Any:
        """One request, one answer. Raises AssertionError with what the browser says where it cannot."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["is"]

    def close(self) -> None:
        """End it."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


@dataclass(frozen=True)
class Page:
    """An open page."""

    browser: Browser
    number: int

    def __call__(self, method: str, *arguments: Any, **named: Any) -> Any:
        """Call one of Playwright's methods by its path, such as `keyboard.press`."""
        return self.browser.ask({"page": self.number, "call": method, "arguments": arguments, "named": named})

    @property
    def heard(self) -> list[str]:
        """Everything that it has said on the console, asked for outside, or stumbled over."""
        found: list[str] = self.browser.ask({"page": self.number, "heard": True})
        return found

    def evaluate(self, script: str) -> Any:
        """What a JavaScript expression comes to."""
        return self("evaluate", script)

    def becomes(self, script: str, wanted: Any) -> None:
        """Wait until a JavaScript expression comes to that. The page's policy keeps Playwright from waiting inside of it."""
        for _ in range(100):
            if (found := self.evaluate(script)) == wanted:
                return
            self("wait_for_timeout", 50)
        raise AssertionError(f"{script}: {found!r}, not {wanted!r}")

    def texts(self, selector: str) -> list[str]:
        """The texts of all elements that a reader can see."""
        script = f"[...document.querySelectorAll({json.dumps(selector)})].filter(it => it.checkVisibility())"
        found: list[str] = self.evaluate(f"{script}.map(it => it.innerText.trim())")
        return found

    def press(self, *keys: str) -> None:
        """Keys, one after the other."""
        for key in keys:
            self("keyboard.press", key)

    def barriers(self) -> list[str]:
        """What axe-core finds by WCAG 2.2, A and AA, and its own best practices: rule, what is wrong, where."""
        self.evaluate(PLACE.read_text(encoding="utf-8") + "; true")
        found: Sequence[dict[str, Any]] = self.evaluate("axe.run().then(found => found.violations)")
        return [f"{each['id']}: {each['help']}: {node['html'][:160]}" for each in found for node in each["nodes"]]
