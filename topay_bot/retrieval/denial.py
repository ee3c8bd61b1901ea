"""Leaves out what a question denies before it says what it wants: "I don't want to add a card, I want to remove one".

Words and vectors hardly see a "not": such a question is nearest to the very article that it sets aside. A clause is
left out only where its neighbour sets the record straight; a complaint ("the money has not arrived, it is ten
days") denies nothing. Every pattern is for normalised text; each list is one pattern an entry.
"""

from __future__ import annotations

import re
from itertools import pairwise

from topay_bot.text import Language


def _begins(*patterns: str) -> re.Pattern[str]:
    return re.compile("^(?:" + "|".join(patterns) + ")")


_MOST_CLAUSES = 6  # a long story denies things in passing
_CLAUSES = {"zh": re.compile(r"[,。;!?:、\s]+"), "en": re.compile(r"[,.;:!?]+|\s-\s|\sbut (?=i\b)")}
_JOINED = {"zh": ",", "en": ", "}
_DENIED = {
    "zh": _begins(r"(?:我|这|那|它)?(?:并|也|又|真|倒)?(?:不是|没有?(?!办法|法)|不(?:想|要|需要|用|打算)|别)"),
    "en": _begins(
        r"(?:(?:no|so|sorry) )*(?:not|don't)\b",
        r"(?:(?:no|so|sorry) )*(?:i|we)(?:'m| am| do| did| was| have)?(?:n't| not)\b",
        r"(?:(?:no|so|sorry) )*(?:it|this|that)(?:'s| is| was)?(?:n't| not)\b",
        r"my \w+ (?:isn't|is not|wasn't)\b",
    ),
}
_INSTEAD = {
    "zh": _begins(r"(?:而|就|只|我|其实|但|可|单纯|现在)?我?(?:是|就是|就想|就要|只|想|要|但|可|其实|却|对方|单纯)"),
    "en": _begins(
        r"(?:but |and |rather |instead )?i(?:'m|'d| am| just| only| simply| want| need| was| have)\b",
        r"(?:but |and |rather |instead )?it(?:'s| is| just)\b",
        r"(?:just|only|rather|instead|but|the other way|there (?:is|simply|just))\b",
        r"(?:they|someone|somebody|the app|what i)\b",
    ),
}
# "只想退出,不是要注销": said after what is wanted.
_AFTERTHOUGHT = _begins("我?(?:并)?不是")
_WANTED = re.compile("[想要是只]")


def without_denied(text: str, language: Language) -> str:
    """The text without its denied clauses; the text itself where there are none."""
    clauses = [clause.strip() for clause in _CLAUSES[language].split(text)]
    clauses = [clause for clause in clauses if clause]
    if not 2 <= len(clauses) <= _MOST_CLAUSES:
        return text
    kept = [
        clause
        for clause, following in pairwise([*clauses, ""])
        if not (_DENIED[language].match(clause) and following and _INSTEAD[language].match(following))
    ]
    last, before = clauses[-1], clauses[-2]
    if language == "zh" and last in kept and _AFTERTHOUGHT.match(last) and _WANTED.search(before):
        kept.remove(last)
    return _JOINED[language].join(kept) if 0 < len(kept) < len(clauses) else text
