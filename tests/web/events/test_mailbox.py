"""What waits for a socket."""

from __future__ import annotations

import asyncio

from topay_bot.web.events.mailbox import Frame, Mailbox

ALL: Frame = {"type": "all"}


def test_the_newest_of_each_kind_is_given_in_order_of_the_kinds() -> None:
    async def scene() -> None:
        mailbox = Mailbox(ALL)
        for key, number in [("a", 1), ("b", 2), ("a", 3)]:
            mailbox.put(key, {"n": number})
        assert mailbox.waiting("a") == {"n": 3}
        assert await mailbox.take(1) == [{"n": 3}, {"n": 2}]
        assert mailbox.waiting("a") is None
        assert await mailbox.take(0.01) == []

    asyncio.run(scene())


def test_whoever_waits_gets_it_at_once() -> None:
    async def scene() -> None:
        mailbox = Mailbox(ALL)
        taking = asyncio.create_task(mailbox.take(60))
        await asyncio.sleep(0)
        mailbox.put("a", {"n": 1})
        assert await taking == [{"n": 1}]

    asyncio.run(scene())


def test_too_many_become_one() -> None:
    async def scene() -> None:
        mailbox = Mailbox(ALL, most=3)
        for number in range(10):
            mailbox.put(number, {"n": number})
        assert await mailbox.take(1) == [ALL]
        mailbox.put("again", {"n": 1})
        assert await mailbox.take(1) == [{"n": 1}]

    asyncio.run(scene())


def test_a_kind_that_waits_already_is_not_too_many() -> None:
    async def scene() -> None:
        mailbox = Mailbox(ALL, most=2)
        for number in range(10):
            mailbox.put(number % 2, {"n": number})
        assert await mailbox.take(1) == [{"n": 8}, {"n": 9}]

    asyncio.run(scene())
