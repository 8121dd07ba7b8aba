"""Name rules of Kubernetes objects, labels and ports: None for a good name, else what the API server says is wrong.

https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ and apimachinery's pkg/util/validation.
"""

from __future__ import annotations

import re

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LABEL_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_QUALIFIED = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_PORT = re.compile(r"(?=.*[a-z])[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_PATH_SEGMENT = re.compile(r"[^/%]+")

LABEL_LENGTH = 63
SUBDOMAIN_LENGTH = 253


def dns_label(name: str) -> str | None:
    """RFC 1123 label: at most 63 lower-case letters, digits and dashes."""
    if len(name) > LABEL_LENGTH:
        return f"must be no more than {LABEL_LENGTH} characters, not {len(name)}"
    if not _LABEL.fullmatch(name):
        return (
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
            "and must start and end with an alphanumeric character (e.g. 'my-name')"
        )
    return None


def dns_subdomain(name: str) -> str | None:
    """RFC 1123 subdomain: labels joined by dots, at most 253 characters."""
    if len(name) > SUBDOMAIN_LENGTH:
        return f"must be no more than {SUBDOMAIN_LENGTH} characters, not {len(name)}"
    if not _SUBDOMAIN.fullmatch(name):
        return (
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
            "and must start and end with an alphanumeric character (e.g. 'example.com')"
        )
    return None


def dns_1035_label(name: str) -> str | None:
    """RFC 1035 label: as RFC 1123, and starts with a letter."""
    if len(name) > LABEL_LENGTH:
        return f"must be no more than {LABEL_LENGTH} characters, not {len(name)}"
    if not _LABEL_1035.fullmatch(name):
        return (
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic "
            "character, and end with an alphanumeric character (e.g. 'my-name')"
        )
    return None


def path_segment(name: str) -> str | None:
    """Anything that fits into a URL's path."""
    if name in (".", "..") or not _PATH_SEGMENT.fullmatch(name):
        return "must be a path segment: not '.' or '..', and without '/' or '%'"
    return None


def label_key(key: str) -> str | None:
    """Key of a label or an annotation: a name, or a DNS subdomain, a slash and a name."""
    prefix, slash, name = key.rpartition("/")
    if slash and (problem := dns_subdomain(prefix)):
        return f"prefix part {problem}"
    if len(name) > LABEL_LENGTH:
        return f"name part must be no more than {LABEL_LENGTH} characters, not {len(name)}"
    if not _QUALIFIED.fullmatch(name):
        return (
            "name part must consist of alphanumeric characters, '-', '_' or '.', "
            "and must start and end with an alphanumeric character (e.g. 'MyName', 'my.name', '123-abc')"
        )
    return None


def label_value(value: str) -> str | None:
    """Value of a label; may be empty."""
    if len(value) > LABEL_LENGTH:
        return f"must be no more than {LABEL_LENGTH} characters, not {len(value)}"
    if value and not _QUALIFIED.fullmatch(value):
        return (
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
            "and must start and end with an alphanumeric character (e.g. 'MyValue', 'my_value', '12345')"
        )
    return None


def port_name(name: str) -> str | None:
    """Name of a container's port (IANA service name): at most 15 characters, at least one letter."""
    if len(name) > 15:
        return f"must be no more than 15 characters, not {len(name)}"
    if not _PORT.fullmatch(name) or "--" in name:
        return "must contain only lower case letters, digits and single '-', with at least one letter"
    return None
