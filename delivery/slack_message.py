"""A notice as a message of Slack's: Block Kit for people, a text for notifications and screen readers. Pure.

Nothing in a notice is trusted: branch names and reasons are others' words. `&`, `<` and `>` are escaped, so that no
`<!channel>` or `<@U...>` forms; every mrkdwn text is `verbatim` and the message has `parse: none`, so that `@channel` and
`#channel` stay words (https://docs.slack.dev/messaging/formatting-message-text,
https://docs.slack.dev/reference/block-kit/composition-objects/text-object).
"""

from collections.abc import Iterator
from datetime import UTC
from typing import Any
from urllib.parse import quote, urlsplit

from delivery.guards import short
from delivery.notices import Notice, Severity

HEADER_LIMIT = 150
"""Characters: https://docs.slack.dev/reference/block-kit/blocks/header-block"""
FIELDS_LIMIT, FIELD_LIMIT, SECTION_LIMIT = 10, 2000, 3000
"""Fields, characters of each, and of a text: https://docs.slack.dev/reference/block-kit/blocks/section-block"""
BUTTON_LIMIT, URL_LIMIT = 75, 3000
"""Characters: https://docs.slack.dev/reference/block-kit/block-elements/button-element"""
TEXT_LIMIT = 4000
"""Characters of the text beside the blocks: https://docs.slack.dev/reference/methods/chat.postMessage#truncating"""

COMMIT_SHOWN = 7
_MORE = "…"
_SIGNS = {Severity.INFO: "✅", Severity.WARNING: "⚠️", Severity.CRITICAL: "🚨"}
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

Block = dict[str, Any]


def message(notice: Notice) -> dict[str, Any]:
    """The arguments of chat.postMessage, but for the channel."""
    return {
        "text": escaped(_spoken(notice), TEXT_LIMIT),
        "blocks": list(_blocks(notice)),
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def escaped(text: str, limit: int) -> str:
    """The text with Slack's control characters escaped, at most so long; what is cut off is never half an entity."""
    written = [_ENTITIES.get(character, character) for character in text]
    if sum(map(len, written)) <= limit:
        return "".join(written)
    length = len(_MORE)
    for count, each in enumerate(written):
        length += len(each)
        if length > limit:
            return "".join(written[:count]) + _MORE
    return "".join(written)


def _blocks(notice: Notice) -> Iterator[Block]:
    yield {"type": "header", "text": _plain(_headline(notice), HEADER_LIMIT)}
    if fields := [_mrkdwn(text) for text in _fields(notice)]:
        yield {"type": "section", "fields": fields[:FIELDS_LIMIT]}
    if notice.images:
        yield {"type": "section", "text": _mrkdwn(_changes(notice))}
    if notice.reason:
        yield {"type": "section", "text": _mrkdwn(_named("Reason", notice.reason, SECTION_LIMIT))}
    if notice.next_step:
        step = _named("Next", notice.next_step.text, SECTION_LIMIT // 2)
        command = escaped(notice.next_step.command, SECTION_LIMIT // 2 - 3)
        yield {"type": "section", "text": _mrkdwn(f"{step}\n`{command}`" if command else step)}
    yield {"type": "context", "elements": [_mrkdwn(_context(notice))]}
    if buttons := list(_buttons(notice)):
        yield {"type": "actions", "elements": buttons}


def _headline(notice: Notice) -> str:
    return f"{_SIGNS[notice.severity]} {notice.title}"


def _fields(notice: Notice) -> Iterator[str]:
    for name, value in (("Environment", notice.environment), ("Release", notice.release), ("Branch", notice.branch)):
        if value:
            yield _named(name, value, FIELD_LIMIT)
    if notice.commit:
        yield f"*Commit:*\n{_linked(notice.commit[:COMMIT_SHOWN], notice.commit_url, FIELD_LIMIT // 2)}"
    if notice.author:
        yield _named("Author", notice.author, FIELD_LIMIT)


def _changes(notice: Notice) -> str:
    """A line for each image. Where they are too many, the last one says how many are left out."""
    lines = [
        f"`{escaped(image, FIELD_LIMIT // 10)}`  {short(old)} → {short(new)}"
        for image, (old, new) in sorted(notice.images.items())
    ]
    text = "*Images:*"
    for count, line in enumerate(lines):
        rest = f"\n{_MORE} and {len(lines) - count} more"
        if len(text) + 1 + len(line) + len(rest) > SECTION_LIMIT:
            return text + rest
        text += f"\n{line}"
    return text


def _context(notice: Notice) -> str:
    """Who, and when: each reader sees the hour of where they are."""
    at = notice.at.astimezone(UTC)
    # https://docs.slack.dev/messaging/formatting-message-text#date-formatting
    when = f"<!date^{int(at.timestamp())}^{{date_short_pretty}}, {{time}}|{at:%Y-%m-%d %H:%M} UTC>"
    return f"by {escaped(notice.who, FIELD_LIMIT)}, {when}" if notice.who else when


def _buttons(notice: Notice) -> Iterator[Block]:
    """The next step first, and as the one to press."""
    if notice.next_step and (url := _address(notice.next_step.url)):
        yield _button(notice.next_step.text or "Go on", url) | {"style": "primary"}
    if notice.link and (url := _address(notice.link.url)):
        yield _button(notice.link.text or "Look", url)


def _button(text: str, url: str) -> Block:
    return {"type": "button", "text": _plain(text, BUTTON_LIMIT), "url": url}


def _linked(text: str, url: str, limit: int) -> str:
    """The text, behind it the address where there is one and it is short enough."""
    shown, address = escaped(text, limit), escaped(_address(url), URL_LIMIT)
    return f"<{address}|{shown}>" if address and len(address) <= limit else shown


def _address(url: str) -> str:
    """An address that Slack takes, empty where it is none: a message with a wrong one would be refused as a whole."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return ""
    whole = quote(url, safe="%/:?#[]@!$&'()*+,;=")
    return whole if len(whole) <= URL_LIMIT else ""


def _spoken(notice: Notice) -> str:
    """What a notification shows and a screen reader reads, which sees no block."""
    facts = {
        "environment": notice.environment,
        "release": notice.release,
        "branch": notice.branch,
        "commit": notice.commit[:COMMIT_SHOWN],
        "author": notice.author,
        "by": notice.who,
    }
    lines = [_headline(notice), ", ".join(f"{name} {value}" for name, value in facts.items() if value)]
    if notice.reason:
        lines.append(f"Reason: {notice.reason}")
    if step := notice.next_step:
        lines.append("Next: " + ", ".join(filter(None, (step.text, step.command, step.url))))
    return "\n".join(filter(None, lines))


def _named(name: str, value: str, limit: int) -> str:
    heading = f"*{name}:*\n"
    return heading + escaped(value, limit - len(heading))


def _plain(text: str, limit: int) -> Block:
    # Not escaped: plain text knows no control characters.
    shown = text if len(text) <= limit else text[: limit - len(_MORE)] + _MORE
    return {"type": "plain_text", "text": shown, "emoji": True}


def _mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text, "verbatim": True}
