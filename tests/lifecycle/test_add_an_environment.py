"""The guide to a further environment, typed."""

import re
import shlex
import shutil

import pytest
from ruamel.yaml import YAML

from model.order import order
from tests.lifecycle.commands import PROGRAM, Site
from tests.lifecycle.test_readme import FENCE

GUIDE = PROGRAM / "docs" / "how-to" / "add-an-environment.md"


@pytest.mark.journey
def test_an_environment_between_two_others(up: Site) -> None:
    text = GUIDE.read_text()
    shutil.copy(up.config / "Pulumi.staging.yaml", up.config / "Pulumi.canary.yaml")
    yaml = YAML()
    for snippet in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL):
        path = up.config / snippet.splitlines()[0].removeprefix("# ")
        document = yaml.load(path.read_text())
        document["config"].update(yaml.load(snippet)["config"])
        with path.open("w") as file:
            yaml.dump(document, file)

    assert order(up.config) == ["dev", "staging", "canary", "prod"]
    commands = [line.partition("#") for block in FENCE.findall(text) for line in block.splitlines()]
    ran = [up(*shlex.split(command)[1:], code=3 if "fails" in remark else 0) for command, _, remark in commands]
    assert "canary up: ok" in ran[1].out
    assert re.search(r"dev .* staging .* canary .* prod", ran[2].out)
    assert "nothing was ever released to canary" in ran[3].err
    assert [name for _, name in up.inventory() if "projects/ampersand-canary/" in name]
