"""What all pictures have in common: a sheet that stands alone or in a page among others, by day and by night.

Everything a picture needs is in it: no script, no font, no request. Its styles hold for its own id only. It is light or dark as
the reader's system is, unless the page around it says which by `data-theme="light"` or `"dark"` on its root element.
"""

from collections.abc import Iterable, Mapping
from html import escape

FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
ACCENTS = ("blue", "violet", "green", "amber", "teal", "grey", "red")

_LIGHT: Mapping[str, str] = {
    "paper": "#ffffff", "box": "#ffffff", "edge": "#c5ccd6", "ink": "#18202b", "muted": "#566172",
    "blue": "#1d5fd1", "violet": "#7538d6", "green": "#15793a", "amber": "#a85508", "teal": "#0c7169", "grey": "#64748b",
    "red": "#c81e3a",
}  # fmt: skip
_DARK: Mapping[str, str] = {
    "paper": "#0e141b", "box": "#17202b", "edge": "#3a4757", "ink": "#e7ecf3", "muted": "#a3b0c2",
    "blue": "#6ea8fe", "violet": "#b394ff", "green": "#5cd68a", "amber": "#f4b55a", "teal": "#4fd3c4", "grey": "#94a3b8",
    "red": "#ff7d90",
}  # fmt: skip
"""Text stands out by 4.5 to 1 at least from what it stands on (WCAG 2.2, 1.4.3)."""

_NARROW, _WIDE = frozenset("fijlrtI.,:;'|!()[]/ "), frozenset("mwMW@%")


def measured(text: str, size: float, bold: bool = False) -> float:
    """About how wide a text is, in pixels; no font is known here, so rather too wide than too narrow."""
    ems = sum(0.36 if it in _NARROW else 0.9 if it in _WIDE else 0.69 if it.isupper() else 0.585 for it in text)
    return ems * size * (1.12 if bold else 1.0)


def shortened(text: str, size: float, width: float, bold: bool = False) -> str:
    """As much of a text as fits, with an ellipsis where something is left out."""
    if measured(text, size, bold) <= width:
        return text
    while text and measured(text + "…", size, bold) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def words(x: float, y: float, text: str, style: str, anchor: str = "start") -> str:
    """A line of text; y is its baseline."""
    placed = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{number(x)}" y="{number(y)}" class="{style}"{placed}>{escape(text)}</text>'


def number(value: float) -> str:
    """A coordinate, to a tenth of a pixel."""
    return f"{round(value, 1) + 0:g}" if abs(value) < 100000 else f"{value:.0f}"


def sheet(
    prefix: str, width: float, height: float, title: str, description: str, styles: Iterable[str], body: Iterable[str]
) -> str:
    """The whole picture. `prefix` begins every id in it, so that several can stand in one page; each of `styles` is a rule
    without a scope of its own."""
    rules = [
        f"#{prefix}{{{_properties(_LIGHT)};background:var(--paper);font-family:{FONT};max-width:100%;height:auto}}",
        f"@media (prefers-color-scheme: dark){{#{prefix}{{{_properties(_DARK)}}}}}",
        f':root[data-theme="light"] #{prefix}{{{_properties(_LIGHT)}}}',
        f':root[data-theme="dark"] #{prefix}{{{_properties(_DARK)}}}',
        *(f"#{prefix}{rule}" if rule.startswith(":") else f"#{prefix} {rule}" for rule in (*_COMMON, *styles)),
    ]
    shape = f'viewBox="0 0 {number(width)} {number(height)}" width="{number(width)}" height="{number(height)}"'
    named = f'aria-labelledby="{prefix}-title {prefix}-desc"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{prefix}" role="img" {named} {shape}>',
        f'<title id="{prefix}-title">{escape(title)}</title>',
        f'<desc id="{prefix}-desc">{escape(description)}</desc>',
        "<style>",
        *rules,
        "</style>",
        *body,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


_COMMON = (
    "text{fill:var(--ink);font-size:13px}",
    ".muted{fill:var(--muted);font-size:11.5px}",
    ".name{font-weight:600}",
    ".head{font-weight:700;font-size:14px}",
    *(f".{accent}{{--accent:var(--{accent})}}" for accent in ACCENTS),
)


def _properties(colours: Mapping[str, str]) -> str:
    return ";".join(f"--{name}:{colour}" for name, colour in colours.items())
