"""Pulumi.yaml and Pulumi.<stack>.yaml as the engine reads them: the program's name, its config, its secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from yaml import YAMLError

from sandbox.engine import go_yaml
from sandbox.engine.errors import EngineError, SealedElsewhere, Unsupported
from sandbox.engine.secrets import Crypter, compact_json


@dataclass(frozen=True)
class ConfigKey:
    """A key that Pulumi.yaml declares. `value` is what it gives itself, None if it gives nothing."""

    name: str
    type: str = ""
    value: Any = None
    secret: bool = False


@dataclass(frozen=True)
class Project:
    """What Pulumi.yaml says. `main` is the folder or file of the program, as an absolute path."""

    name: str
    runtime: str
    directory: Path
    main: Path
    keys: tuple[ConfigKey, ...] = ()

    @classmethod
    def load(cls, directory: Path) -> Project:
        """Read Pulumi.yaml in `directory`. Raises EngineError for a missing file or another runtime than Python."""
        path = directory / "Pulumi.yaml"
        data = _read(path)
        if not isinstance(data.get("name"), str):
            raise EngineError("", f"{path}: project is missing a 'name'")
        name = data["name"]
        runtime = data.get("runtime")
        runtime = runtime.get("name") if isinstance(runtime, Mapping) else runtime
        if runtime != "python":
            raise Unsupported(f"the runtime {runtime!r} ({path})")
        keys = tuple(_declared(name, key, value) for key, value in (data.get("config") or {}).items())
        return cls(name, runtime, directory.resolve(), (directory / (data.get("main") or ".")).resolve(), keys)

    def merged(self, stack: StackConfig) -> tuple[dict[str, str], frozenset[str]]:
        """The stack's config with the project's defaults, and which keys are secret.

        Raises EngineError for a declared key that has neither a value nor a default, and for a value of a wrong type.
        """
        values = dict(stack.values)
        secrets = set(stack.secret_keys)
        missing = []
        for key in self.keys:
            if key.name in values:
                _check_type(key, values[key.name])
            elif key.value is not None:
                values[key.name] = _text(key.value)
                if key.secret:
                    secrets.add(key.name)
            elif key.type:
                missing.append(key.name)
        if missing:
            raise EngineError("", f"{stack.path}: missing configuration value {', '.join(map(repr, missing))}")
        return values, frozenset(secrets)


@dataclass(frozen=True)
class StackConfig:
    """What Pulumi.<stack>.yaml says, decrypted: flat values by `namespace:key`, objects as JSON text."""

    path: Path
    values: Mapping[str, str] = field(default_factory=dict)
    secret_keys: frozenset[str] = frozenset()
    salt: str = ""
    passphrase: str = ""

    @classmethod
    def load(cls, path: Path, passphrase: str = "", project: str = "") -> StackConfig:
        """Read a stack file; one that does not exist is empty. `project` is the namespace of keys that name none.

        Raises EngineError for a wrong passphrase or YAML that cannot be read, SealedElsewhere for another secrets provider.
        """
        if not path.exists():
            return cls(path, passphrase=passphrase)
        data = _read(path)
        provider = data.get("secretsprovider") or "passphrase"
        if provider not in ("passphrase", "default"):
            raise SealedElsewhere(path, str(provider))
        if data.get("environment"):
            raise Unsupported(f"environments of Pulumi ESC ({path})")
        salt = str(data.get("encryptionsalt") or "")
        crypter = Crypter(passphrase, salt) if salt else None
        values: dict[str, str] = {}
        secrets: set[str] = set()
        for raw, value in (data.get("config") or {}).items():
            key = config_key(raw, project)
            plain, is_secret = _decrypted(value, crypter, f"{path}: {key}")
            values[key] = _text(plain)
            if is_secret:
                secrets.add(key)
        return cls(path, values, frozenset(secrets), salt, passphrase)

    def encrypt(self, value: str) -> tuple[str, str]:
        """What to write as `secure:` for this value, and the `encryptionsalt` that the file must have for it."""
        crypter = Crypter(self.passphrase, self.salt) if self.salt else Crypter.fresh(self.passphrase)
        return crypter.encrypt(value), crypter.salt


def config_key(raw: str, project: str) -> str:
    """A key as programs see it: `namespace:name`. The long form `namespace:config:name` is the same."""
    parts = str(raw).split(":")
    if len(parts) == 1:
        return f"{project}:{parts[0]}"
    if len(parts) == 3 and parts[1] == "config":
        return f"{parts[0]}:{parts[2]}"
    return str(raw)


@lru_cache(maxsize=16)
def _loaded(text: str) -> Any:
    """The document, only to be read: a plan and the update after it read the same files."""
    return go_yaml.load(text)


def _read(path: Path) -> dict[str, Any]:
    try:
        data = _loaded(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise EngineError("", f"no {path.name} in {path.parent}") from None
    except YAMLError as error:
        raise EngineError("", f"{path}: {error}") from None
    if not isinstance(data, dict):
        raise EngineError("", f"{path}: expected a map at the top")
    return data


def _declared(project: str, raw: str, value: Any) -> ConfigKey:
    name = config_key(raw, project)
    if not isinstance(value, Mapping):
        return ConfigKey(name, value=value)
    given = value.get("value", value.get("default"))
    return ConfigKey(name, str(value.get("type") or ""), given, bool(value.get("secret")))


def _check_type(key: ConfigKey, text: str) -> None:
    kinds: dict[str, type | tuple[type, ...]] = {"boolean": bool, "integer": int, "array": list, "object": dict}
    if key.type not in kinds:
        return
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, kinds[key.type]) or (key.type == "integer" and isinstance(value, bool)):
        raise EngineError("", f"config key {key.name!r} must be of type {key.type}")


def _decrypted(value: Any, crypter: Crypter | None, where: str) -> tuple[Any, bool]:
    if isinstance(value, Mapping):
        if set(value) == {"secure"} and isinstance(value["secure"], str):
            if crypter is None:
                raise EngineError("", f"{where}: a secret without an encryptionsalt in the file")
            return crypter.decrypt(value["secure"]), True
        items = {key: _decrypted(item, crypter, f"{where}.{key}") for key, item in value.items()}
        return {key: item for key, (item, _) in items.items()}, any(found for _, found in items.values())
    if isinstance(value, list):
        parts = [_decrypted(item, crypter, where) for item in value]
        return [item for item, _ in parts], any(found for _, found in parts)
    return value, False


def _text(value: Any) -> str:
    """A value as programs get it: everything is text; maps and lists are JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return compact_json(value)
    if isinstance(value, float):
        return go_yaml.number(value)
    return "" if value is None else str(value)
