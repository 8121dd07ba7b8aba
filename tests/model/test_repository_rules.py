"""What the config of rules on GitHub takes and refuses."""

from __future__ import annotations

import pytest

from model.errors import ConfigError
from model.repository_rules import BranchRules
from model.shared import Shared
from model.stacks import load_environment
from tests.model.conftest import Edit

AFTER = "  slipway:applicationRepository: ampersand/server\n"


def rules(edit: Edit, text: str) -> Shared:
    """The shared stack with them."""
    loaded = load_environment(
        "shared", edit("Pulumi.shared.yaml", AFTER, f"{AFTER}  slipway:repositoryRules: {text}\n")
    )
    assert isinstance(loaded, Shared)
    return loaded


def test_there_are_none_unless_somebody_asks_for_them(config: object, edit: Edit) -> None:
    found = rules(edit, "{}").repository_rules
    assert (found.application, found.platform, found.environments, found.reporter) == (None, None, {}, None)


def test_the_text_of_the_file_of_owners() -> None:
    owned = BranchRules.model_validate({"owners": {"*": ["@acme/all", "ann@acme.test"], "/db/": ["@ann", "@bob_acme"]}})
    assert owned.code_owners.splitlines()[1:] == ["* @acme/all ann@acme.test", "/db/ @ann @bob_acme"]
    assert owned.code_owners.startswith("# ")
    assert owned.code_owners.endswith("\n")
    assert (BranchRules().code_owners, BranchRules().reviews) == ("", 1)


OWNERS = "{{application: {{owners: {{'{}': ['{}']}}}}}}"


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        *(
            (OWNERS.format("*", name), ".application.owners.*.0", f"'{name}' is nobody on GitHub. Write @login, ")
            for name in ("ann", "@", "@-ann", "@ann-", "@a--b", "@" + "x" * 41, "@ampersand/", "@ampersand/a b", "a@b", "@a/b/c")
        ),
        *(
            (OWNERS.format(path, "@ann"), f".application.owners.{path}", f"'{path}' is no pattern of CODEOWNERS. Write a path")
            for path in ("a b", "!a", "#a", "[ab]", "")
        ),
        ("{application: {owners: {'*': []}}}", ".application.owners.*", "nobody owns it. Name somebody, or take the path out."),
        ("{application: {checks: ['']}}", ".application.checks.0", "'' is refused"),
        ("{application: {reviews: 11}}", ".application.reviews", "11 is refused"),
        ("{application: {review: 1}}", ".application.review", "this key is unknown. Did you mean 'reviews'?"),
        ("{environments: {prod: {}}}", ".environments.prod", "GitHub takes one to six reviewers, users and teams together, not 0"),
        (
            "{environments: {prod: {users: [1, 2, 3, 4], teams: [1, 2, 3]}}}",
            ".environments.prod",
            "GitHub takes one to six reviewers, users and teams together, not 7",
        ),
        ("{environments: {prod: {users: [ann]}}}", ".environments.prod.users.0", "'ann' is refused"),
    ],
)  # fmt: skip
def test_what_is_refused(config: object, edit: Edit, text: str, key: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        rules(edit, text)
    [problem] = error.value.problems
    assert (problem.file, problem.key) == ("Pulumi.shared.yaml", f"slipway:repositoryRules{key}")
    assert said in f"{problem.problem}. {problem.remedy}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "{environments: {production: {teams: [1]}}}",
            "repositoryRules.environments names 'production', which readers does not. Add it there with its project's number.",
        ),
        (
            OWNERS.format("*", "@acme/all"),
            "repositoryRules.application.owners names @acme/all, and teams of other organizations own nothing",
        ),
    ],
)
def test_what_does_not_fit_the_rest(config: object, edit: Edit, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as error:
        rules(edit, text)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("text", "without", "said"),
    [
        ("{application: {}}", "applicationRepository", "repositoryRules.application needs applicationRepository"),
        ("{platform: {}}", "platformRepository", "repositoryRules.platform needs platformRepository"),
        ("{environments: {prod: {users: [1]}}}", "platformRepository", "repositoryRules.environments needs platformRepository"),
    ],
)  # fmt: skip
def test_rules_need_their_repository(config: object, edit: Edit, text: str, without: str, said: str) -> None:
    folder = edit("Pulumi.shared.yaml", AFTER, f"{AFTER}  slipway:repositoryRules: {text}\n")
    file = folder / "Pulumi.shared.yaml"
    gone = (f"slipway:{without}:", "slipway:githubApp:")
    file.write_text("\n".join(it for it in file.read_text().splitlines() if not it.strip().startswith(gone)) + "\n")
    with pytest.raises(ConfigError) as error:
        load_environment("shared", folder)
    assert said in str(error.value)
