"""Clusters of vectors whose neighbours are known."""

from __future__ import annotations

import numpy as np
import pytest

from topay_bot.learning.clusters import Ground, centre, cluster, cohesion, join_limit, medoid, pairs
from topay_bot.learning.frames import without_frames
from topay_bot.retrieval.encoder import Vectors, unit_rows


def _around(axis: int, count: int, rng: np.random.Generator, spread: float = 0.05) -> Vectors:
    point = np.zeros(32)
    point[axis] = 1
    return unit_rows(point + rng.normal(0, spread, (count, 32)))


def test_what_stands_close_is_a_cluster_and_the_scattered_is_none() -> None:
    rng = np.random.default_rng(1)
    scattered = unit_rows(rng.normal(size=(20, 32)))
    silent = np.zeros((1, 32), dtype=np.float32)
    labels = cluster(np.concatenate([_around(0, 8, rng), _around(1, 6, rng), scattered, silent]), 0.5)
    assert len(set(labels[:8])) == len(set(labels[8:14])) == 1
    assert -1 != labels[0] != labels[8] != -1
    assert labels[-1] == -1
    assert (labels[14:] == -1).mean() > 0.8


def test_among_many_questions_three_that_stand_close_are_chance() -> None:
    rng = np.random.default_rng(2)
    topics = [_around(axis, 12, rng) for axis in range(30)]
    three = _around(31, 3, rng, spread=0.01)
    labels = cluster(np.concatenate([*topics, three]), 0.5)
    assert len(set(labels[:-3])) == 30
    assert set(labels[-3:]) == {-1}
    assert set(cluster(np.concatenate([*topics[:2], three]), 0.5)[-3:]) == {2}


def test_what_all_have_in_common_is_left_out() -> None:
    rng = np.random.default_rng(3)
    frame = np.array([1, 1, 0, 0, 0, 0, 0, 0], dtype=np.float32)
    ground = Ground(frame / 2, unit_rows(np.array([[0, 0, 1, 0, 0, 0, 0, 0]])))
    topic = unit_rows(rng.normal(size=(1, 8)) * [0, 0, 0, 1, 1, 1, 1, 1])
    left = ground.without(np.concatenate([frame / 2 + topic, np.zeros((1, 8), np.float32)]))
    assert left[0] == pytest.approx(topic[0], abs=1e-6)
    assert not left[1].any()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_are_no_cluster(count: int) -> None:
    assert set(cluster(np.ones((count, 4), dtype=np.float32), 0.5)) <= {-1}


def test_pairs_are_each_others_nearest_above_the_limit() -> None:
    left = np.eye(3, dtype=np.float32)
    right = unit_rows(np.array([[0, 1, 0.1], [1, 0.9, 0]]))
    assert pairs(left, right, 0.9) == [(1, 0)]
    assert pairs(left, right, 0.5) == [(0, 1), (1, 0)]
    near = unit_rows(np.array([[1, 0.1, 0], [1, 0, 0], [0, 0, 1]]))
    assert pairs(near, near, 0.9) == [(0, 1)]
    assert pairs(left[:0], right, 0.5) == []


def test_centre_medoid_and_cohesion() -> None:
    one = unit_rows(np.array([[1, 0], [1, 0.2], [1, 1]]))
    assert medoid(one, [1, 1, 1]) == 1
    assert medoid(one, [1, 1, 9]) == 2
    assert centre(one) @ centre(one) == pytest.approx(1)
    assert cohesion(one[:1]) == 1
    assert cohesion(one) == pytest.approx(((one @ one.T).sum() - 3) / 6, abs=1e-6)
    assert cohesion(np.eye(2, dtype=np.float32)) == pytest.approx(0)


def test_clusters_are_joined_when_nearer_than_all_but_a_few_articles_are() -> None:
    articles = {str(number): row for number, row in enumerate(np.eye(20, dtype=np.float32))}
    assert join_limit(articles, articles) == 0
    twins = articles | {"twin": unit_rows(articles["0"][None] + 0.5 * articles["1"][None])[0]}
    assert 0.8 < join_limit(twins, twins) < 0.9
    assert join_limit({"0": articles["0"]}, articles) == 1  # too few to tell


def test_clauses_that_frame_many_questions_are_left_out() -> None:
    topics = ["退款几天到", "绑卡失败", "捐款证书", "转账限额", "改支付密码", "发票抬头"]
    framed = [f"你好,{topic},急用" for topic in topics]
    assert without_frames(framed) == topics
    assert without_frames(["你好", *framed])[0] == "你好"  # never all of a question
    assert without_frames(["退款,急用", "绑卡失败"]) == ["退款 急用", "绑卡失败"]
