import pytest

from topay_bot.retrieval.denial import without_denied


@pytest.mark.parametrize(
    ("language", "text", "left"),
    [
        ("zh", "不是登录密码,是付款要输的那个", "是付款要输的那个"),
        ("zh", "我不想注销,只想换个手机号", "只想换个手机号"),
        ("zh", "只想退出,不是要注销", "只想退出"),
        ("zh", "没被盗,就是忘了密码", "就是忘了密码"),
        ("en", "i don't want to add a card, i want to get one off my account", "i want to get one off my account"),
        ("en", "not the phone, it's the e-mail i need to update", "it's the e-mail i need to update"),
        ("en", "it isn't slow, it just shuts itself", "it just shuts itself"),
        ("en", "my card wasn't declined, the app crashed", "the app crashed"),
    ],
)
def test_what_is_set_aside_is_left_out(language: str, text: str, left: str) -> None:
    assert without_denied(text, language) == left  # type: ignore[arg-type]  # a literal above


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "退款没有到账,已经十天了"),
        ("zh", "没收到验证码,怎么办"),
        ("zh", "不能付款"),
        ("zh", "转账后悔了 还来得及不"),
        ("en", "i can't log in, it says wrong password"),
        ("en", "i didn't get my refund, where is it"),
        ("en", "my money hasn't arrived. it's ten days"),
        ("en", "i don't know"),
        ("en", ""),
    ],
)
def test_a_complaint_denies_nothing(language: str, text: str) -> None:
    assert without_denied(text, language) == text  # type: ignore[arg-type]  # a literal above
