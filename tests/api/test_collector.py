"""What is loaded is not looked through again and again."""

from __future__ import annotations

import gc

from api.collector import keep_what_is_loaded


def test_what_is_loaded_is_kept_and_the_rest_collected_less_often() -> None:
    before = gc.get_threshold(), gc.get_freeze_count()
    try:
        gc.disable()
        keep_what_is_loaded()
        assert gc.isenabled()
        assert gc.get_threshold()[0] > before[0][0]
        assert gc.get_freeze_count() > before[1]
    finally:
        gc.enable()
        gc.unfreeze()
        gc.set_threshold(*before[0])
