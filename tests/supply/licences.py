"""Under which licence a distribution is, as an SPDX expression, and which of them a user may be made to install."""

from __future__ import annotations

import re
from importlib import metadata

ALLOWED = frozenset({"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "PSF-2.0"})
"""Those that ask for no more than a notice. What is under another one needs a line in `EXCEPTIONS`."""

EXCEPTIONS = {
    "certifi": ("MPL-2.0", "a list of certificates, unchanged; the licence is about changes of its own files"),
    "hypothesis": ("MPL-2.0", "for tests only, unchanged"),
    "pathspec": ("MPL-2.0", "of hatchling, which builds the wheel; unchanged"),
}
"""name -> the licence that is let through for it alone, and why."""

STATED = {
    "colorama": "BSD-3-Clause",  # on Windows only
    "promql-parser": "MIT",
    "pyasn1-modules": "BSD-2-Clause",
}
"""For those whose metadata do not say it: what their licence file is."""

_SPELLED = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache": "Apache-2.0",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 3-Clause License": "BSD-3-Clause",
    "BSD 3-Clause OR Apache-2.0": "BSD-3-Clause OR Apache-2.0",
    "ISC License": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
"""As metadata from before SPDX expressions have it (https://peps.python.org/pep-0639/)."""
_UNCLEAR = frozenset({"", "BSD", "BSD License"})
_WORD = re.compile(r"[^\s()]+")


def licence(name: str) -> str:
    """The SPDX expression, or what the metadata call it where that is none; empty where they say nothing."""
    if name in STATED:
        return STATED[name]
    found = metadata.metadata(name)
    classifiers = [it.rpartition(" :: ")[2] for it in found.get_all("Classifier", []) if it.startswith("License ::")]
    said = [found.get("License-Expression") or "", found.get("License") or "", *classifiers]
    clear = [it for it in said if it not in _UNCLEAR]
    return _SPELLED.get(clear[0], clear[0]) if clear else ""


def refused(name: str, expression: str) -> bool:
    """Whether nobody may be made to install it: no licence of a choice, or one of several that hold, is allowed."""
    excepted, _ = EXCEPTIONS.get(name, ("", ""))
    allowed = ALLOWED | {excepted}
    return not any(
        all(word in allowed for word in _WORD.findall(choice) if word != "AND") and choice.strip()
        for choice in expression.split(" OR ")
    )
