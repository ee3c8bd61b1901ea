"""Where articles and gaps lie on the coverage map."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.learning.gaps import NOW, findings, gap
from topay_bot.bootstrap.editions import open_edition
from topay_bot.cli import main
from topay_bot.edition import Edition
from topay_bot.learning.mapping import draw_map
from topay_bot.learning.places import Place, middles
from topay_bot.settings import load_settings
from topay_bot.storage.database import open_engine
from topay_bot.storage.learning_store import SqlLearningStore

REFUNDS = gap("when is my refund back", "how many days until the refund", "refund not here yet", id_="g-refunds")
CHARITY = gap("donate to a charity", "how do I give to charity", "charity donations", id_="g-charity")


@pytest.fixture(scope="module")
def edition(missed_root: Path) -> Edition:
    return open_edition(load_settings(index=missed_root / "index"))


def _distance(one: tuple[float, float], other: tuple[float, float]) -> float:
    return math.hypot(one[0] - other[0], one[1] - other[1])


def test_what_means_the_same_lies_together(edition: Edition) -> None:
    places = draw_map(edition, findings(REFUNDS, CHARITY))
    articles = {place.article: (place.x, place.y) for place in places if place.article}
    assert articles.keys() == set(edition.library.ids)
    middle = middles(places)
    assert middle.keys() == {"g-refunds", "g-charity"}
    near = sorted(articles, key=lambda article: _distance(articles[article], middle["g-refunds"]))
    assert "refund-how-long" in near[:2]
    spread = [_distance((place.x, place.y), middle["g-charity"]) for place in places if place.gap == "g-charity"]
    assert len(spread) == 3
    assert max(spread) < _distance(middle["g-charity"], middle["g-refunds"])


def test_every_place_is_on_the_map_and_the_same_each_time(edition: Edition) -> None:
    places = draw_map(edition, findings(REFUNDS, CHARITY))
    assert all(0 <= place.x <= 1 and 0 <= place.y <= 1 for place in places)
    assert draw_map(edition, findings(REFUNDS, CHARITY)) == places
    assert len(draw_map(edition, None)) == len(edition.library)


def test_middles_are_not_moved_by_one_far_away() -> None:
    places = [Place(x, 0.5, None, "g") for x in (0.1, 0.11, 0.12, 0.13, 0.99)]
    assert middles([*places, Place(0.9, 0.9, "article", None)]) == {"g": (0.12, 0.5)}


def test_the_command_lays_out_the_list_that_is_kept(missed_root: Path, tmp_path: Path) -> None:
    engine = open_engine(load_settings(data=tmp_path).database())
    SqlLearningStore(engine).end_list(NOW, findings(CHARITY).to_json())
    engine.dispose()
    options = ["map", "--index", str(missed_root / "index"), "--data", str(tmp_path)]
    told = CliRunner().invoke(main, [*options, "--format", "json"])
    assert told.exit_code == 0, told.output
    places = json.loads(told.stdout)["places"]
    assert sum(place["gap"] == "g-charity" for place in places) == 3
    lines = CliRunner().invoke(main, options).stdout.splitlines()
    assert len(lines) == len(places) and lines[-1].endswith("g-charity")
