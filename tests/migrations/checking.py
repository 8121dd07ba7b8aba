"""What tests of `slipway migrations check` have in common: files, git and the command."""

from __future__ import annotations

import re
import subprocess

from tests.lifecycle.commands import Result, Site

LIMITS = "SET lock_timeout = '5s';\nSET statement_timeout = '15min';\n"
DROP = f"{LIMITS}ALTER TABLE users DROP COLUMN legacy_field;\n"


def write(site: Site, files: dict[str, str | bytes]) -> None:
    for name, text in files.items():
        path = site.folder / "db" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def check(site: Site, *options: str, code: int = 0) -> Result:
    return site("migrations", "check", "db", *options, code=code)


def approvers(site: Site, *who: str) -> None:
    path = site.config / "services.yaml"
    text, names = path.read_text(), ", ".join(who)
    path.write_text(re.sub(r"(?m)^migrations: \{", f"migrations: {{approvers: [{names}], ", text))


def git(site: Site, *arguments: str) -> None:
    name = ("-c", "user.name=Ann", "-c", "user.email=ann@example.com")
    subprocess.run(["git", *name, *arguments], cwd=site.folder, check=True, capture_output=True)


def committed(site: Site) -> None:
    git(site, "init", "--quiet", "--template=", "--initial-branch=main")
    git(site, "add", "db")
    git(site, "commit", "--quiet", "--message", "Before")
