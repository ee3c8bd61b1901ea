import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topay_bot.retrieval.matching import common_parts


@pytest.mark.parametrize(
    ("passage", "question", "shared"),
    [
        ("退款多久到账", "我的退款什么时候到账", ["退款", "到账"]),
        ("钱 退了", "我的钱呢", ["钱"]),
        ("transferring money abroad", "Can I TRANSFER it?", ["transferring"]),
        ("how long does a refund take", "weather tomorrow", []),
        ("怎么用 Apple Pay 付款", "apple pay付款", ["Apple", "Pay", "付款"]),
    ],
)
def test_what_both_say_is_marked(passage: str, question: str, shared: list[str]) -> None:
    assert [part for part, common in common_parts(passage, question) if common] == shared


@given(st.text(), st.text())
def test_nothing_of_the_passage_is_lost(passage: str, question: str) -> None:
    parts = common_parts(passage, question)
    assert "".join(part for part, _ in parts) == passage
    assert all(one[1] != other[1] for one, other in itertools.pairwise(parts))
