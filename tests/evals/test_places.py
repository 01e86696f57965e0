"""Where files lie: all of them move with the root, and recordings lie in a folder of their own."""

from __future__ import annotations

import argparse
from pathlib import Path

from evals.places import HERE, Places, add_root


def test_all_move_with_the_root(tmp_path: Path) -> None:
    places = Places(tmp_path)
    found = [places.cases, places.recordings, places.authored, places.backlog, places.lock, places.baseline]
    assert all(path.is_relative_to(tmp_path) for path in [*found, places.batch])
    assert not [p for p in [*found, places.batch] if p != places.recordings and p.parent == places.recordings]
    assert len(set(found)) == len(found)


def test_the_root_is_the_suite_of_the_tree(tmp_path: Path) -> None:
    parser = argparse.ArgumentParser()
    add_root(parser)
    assert parser.parse_args([]).root == HERE
    assert parser.parse_args(["--root", str(tmp_path)]).root == tmp_path
