from topay_bot.english import is_english


def test_regular_endings_are_english() -> None:
    assert all(map(is_english, ["stopped", "carries", "emailing", "someone's"]))
    assert not is_english("refnud")
