"""Who acts for a stack, by name."""

from __future__ import annotations

import pytest

from model import foundation


def test_accounts_are_addressed_in_the_project_that_they_are_in() -> None:
    assert foundation.viewer_email("acme-dev", "dev") == "viewer-dev@acme-dev.iam.gserviceaccount.com"
    assert foundation.build_email("acme-prod", "build-main") == "build-main@acme-prod.iam.gserviceaccount.com"


def test_a_name_that_is_too_long_for_a_viewer_is_refused() -> None:
    assert len(foundation.viewer("e" * 23)) == 30
    with pytest.raises(ValueError, match="has 31 characters, the service account of a viewer may have 30"):
        foundation.viewer("e" * 24)
