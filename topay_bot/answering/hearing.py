"""What the words of a text alone tell, whatever retrieval finds: a wish for a person, or an emergency."""

from __future__ import annotations

import math

from topay_bot.answering.listener import alarm_listener, readings, wish_listener
from topay_bot.answering.policy import Heard
from topay_bot.answering.wishes import wishes_person


def hear(text: str) -> Heard:
    """What a normalised text tells: by the grammar of wishes where that is sure, else by the listeners."""
    heard = readings(text)
    wish = math.inf if wishes_person(text) else wish_listener()(heard)
    return Heard(wish, alarm_listener()(heard))
