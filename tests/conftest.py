"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# In CI the same commit gives the same verdict; elsewhere every run looks at new examples.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture
def anyio_backend() -> str:
    """Tests that await run on asyncio."""
    return "asyncio"


@pytest.fixture
def shared() -> Path:
    """The folder of facts and data beside the checkout; a test that needs it is skipped without it."""
    folder = Path(__file__).resolve().parents[1] / ".." / "shared"
    if not folder.is_dir():
        pytest.skip("the folder ../shared with facts and data is not here")
    return folder.resolve()
