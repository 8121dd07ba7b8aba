"""What the secrets of a stack's file are sealed with, where Pulumi's own engine makes the stack."""

from pathlib import Path

from delivery import stack_yaml
from delivery.atomic import replace_text
from delivery.pins import read_text
from model import foundation
from model.stacks import load_environment, stack_file

KEYS = ("secretsprovider", "encryptedkey", "encryptionsalt")
"""Pulumi's own, at the top of a stack's file: a provider with the key that it has wrapped, or the salt of a passphrase."""


def provider(stack: str, config_dir: Path, state: str) -> str:
    """The secrets provider with which a stack is made whose state goes to `state`; empty for a passphrase.

    What the file names, or has a salt for, stays. Beside the state in the stack's own bucket is the key that bootstrap has
    made with it; a preview is sealed with its base's.
    """
    loaded = load_environment(stack, config_dir)
    document = stack_yaml.parse(read_text(config_dir / stack_file(stack)))
    if document.get("secretsprovider"):
        return str(document["secretsprovider"])
    if document.get("encryptionsalt") or state != foundation.state_url(stack, loaded):
        return ""
    return foundation.secrets_provider(loaded.project, loaded.region, foundation.keeper(stack, loaded))


def keep(made: Path, file: Path) -> None:
    """Take what Pulumi has written of KEYS into `made`, a copy of `file`, over to that; nothing else of it changes."""
    text = read_text(file)
    known, new = stack_yaml.parse(text), stack_yaml.parse(read_text(made))
    lines = [f"{key}: {new[key]}\n" for key in KEYS if key in new and key not in known]
    if lines:
        replace_text(file, text + ("" if not text or text.endswith("\n") else "\n") + "".join(lines))
