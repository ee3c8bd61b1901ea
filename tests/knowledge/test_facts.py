from pathlib import Path

import pytest

from topay_bot.errors import KnowledgeError
from topay_bot.knowledge.facts import Fact, Facts, load_facts

FACTS = Facts({"refund.days": Fact("3 天", "3 days", sample=False, line=1)})


def _load(tmp_path: Path, text: str) -> Facts:
    file = tmp_path / "facts.toml"
    file.write_text(text, encoding="utf-8")
    return load_facts(file)


def test_every_form_of_a_fact(tmp_path: Path) -> None:
    facts = _load(
        tmp_path,
        '\ufeff# comment\n[company]\nname = "TOPAY"\n[ fee ]  # of a refund\n'
        'card-days = { value = "3", sample = true }\nfree = 5\nhours = { zh = "全天", en = "all day" }\n',
    )
    assert facts.values == {
        "company.name": Fact("TOPAY", "TOPAY", sample=False, line=3),
        "fee.card-days": Fact("3", "3", sample=True, line=5),
        "fee.free": Fact("5", "5", sample=False, line=6),
        "fee.hours": Fact("全天", "all day", sample=False, line=7),
    }


def test_no_file_means_no_facts(tmp_path: Path) -> None:
    assert load_facts(tmp_path / "facts.toml") == Facts()


@pytest.mark.parametrize(
    "value",
    [
        "true", '["a"]', '""', '" "', "2026-01-01", '{ zh = "a" }', '{ value = "a", note = "b" }', '{ value = ["a"] }',
        '{ value = "a", sample = "no" }', '{ zh = "a", en = "" }', "{ value = true }",
    ],
)  # fmt: skip
def test_a_value_of_another_shape_is_told_with_its_line(value: str, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError) as told:
        _load(tmp_path, f'[fee]\nok = "1"\nbad = {value}\n')
    (problem,) = told.value.problems
    assert problem.startswith(f"{tmp_path / 'facts.toml'}:3: facts: fee.bad is ")


def test_a_fact_outside_any_group(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r":2: facts: phone stands in no group"):
        _load(tmp_path, '# top\nphone = "1"\n')


def test_a_file_that_is_not_toml(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"facts.toml:2: facts: "):
        _load(tmp_path, "[a]\nb = \n")


def test_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "facts.toml").write_bytes("[a]\nb = '退款'".encode("gb18030"))
    with pytest.raises(KnowledgeError, match="cannot be read"):
        load_facts(tmp_path / "facts.toml")


@pytest.mark.parametrize("use", ["{{ facts.refund.days }}", "{{facts.refund.days}}", "{{  facts.refund.days\n}}"])
def test_fill(use: str) -> None:
    assert FACTS.fill(f"退款要 {use}。", "zh") == ("退款要 3 天。", [])
    assert FACTS.fill(f"Takes {use}.", "en") == ("Takes 3 days.", [])


@pytest.mark.parametrize(
    "use",
    ["{{ facts.refund.hours }}", "{{ refund.days }}", "{{ facts.refund }}", "{{ }}", "{{ facts.refund.days }", "{{"],
)
def test_what_is_no_fact_is_told_and_left(use: str) -> None:
    text = f"退款要 {use}"
    filled, unknown = FACTS.fill(text, "zh")
    assert filled == text
    assert unknown == [(4, use)]


def test_an_open_brace_does_not_swallow_the_next_fact() -> None:
    filled, unknown = FACTS.fill("{{ facts.refund.days } 和 {{ facts.refund.days }}", "zh")
    assert filled.endswith("和 3 天")
    assert len(unknown) == 1
