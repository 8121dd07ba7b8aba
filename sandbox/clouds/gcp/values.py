"""Values that only the cloud could know: numbers, addresses, times. The same name gives the same value."""

from __future__ import annotations

import base64
import hashlib
import uuid
from datetime import UTC, datetime


def number(text: str, digits: int) -> str:
    """A decimal number of so many digits, not beginning with 0."""
    low = 10 ** (digits - 1)
    return str(low + int.from_bytes(hashlib.sha256(text.encode()).digest()[:12], "big") % (9 * low))


def project_number(project: str) -> str:
    """A project's number: 12 digits, as Google's are today. A project given by number is its own."""
    return project if project.isdigit() else number(f"project {project}", 12)


def hexadecimal(text: str, digits: int) -> str:
    """Hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


def identifier(text: str) -> str:
    """A UUID."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, text))


def etag(text: str) -> str:
    """An etag in the form of IAM policies: 12 characters of base64, `BwXhqDVHRxg=`."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()[:8]).decode()


def public_address(text: str) -> str:
    """An address from 203.0.113.0/24 and its neighbours, which are reserved for examples and never routed."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"{('203.0.113', '198.51.100', '192.0.2')[digest[0] % 3]}.{1 + digest[1] % 254}"


def private_address(text: str, prefix: str = "10") -> str:
    """An address inside 10.0.0.0/8, or with another beginning."""
    digest = hashlib.sha256(text.encode()).digest()
    missing = 4 - len(prefix.split("."))
    return ".".join([prefix, *(str(1 + digest[index] % 253) for index in range(missing))])


def timestamp(seconds: float) -> str:
    """RFC 3339 with microseconds, as most of Google's newer APIs answer."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def certificate(text: str) -> str:
    """Something in the form of a PEM certificate. No program can connect with it; it tells two things apart."""
    body = base64.b64encode(b"".join(hashlib.sha256(f"{text} {part}".encode()).digest() for part in range(24))).decode()
    lines = "\n".join(body[start : start + 64] for start in range(0, len(body), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"
