"""A customer in a real browser and an agent, on a real server: what each says is at the other's at once."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.waiting import wait_until
from tests.web.browser.chat import Chat
from tests.web.browser.conftest import OpenChat, Server
from tests.web.browser.test_chat_page import EN, ZH, expect
from tests.web.live import Agent
from topay_bot.bootstrap.database import open_agents
from topay_bot.settings import load_settings

EVENTS = re.compile(r"/v1/conversations/[^/]+/events")
READING = re.compile(r"/messages\?after=")


@pytest.fixture
def new_agent() -> Iterator[Callable[[Server], Agent]]:
    agents: list[Agent] = []

    def make(server: Server) -> Agent:
        agents.append(Agent(server.url, open_agents(load_settings(data=server.data))))
        return agents[-1]

    yield make
    for agent in agents:
        agent.close()


def _ask_person(chat: Chat) -> str:
    """Ask for a person, and wait until news come by themselves; the id of the conversation."""
    with chat.page.expect_event("websocket", lambda socket: EVENTS.search(socket.url)):
        chat.person_button.click()
        expect(chat.handoffs).to_have_count(1)
    conversation: str = chat.kept["id"]
    return conversation


def _from_agent(chat: Chat) -> Any:
    return chat.log.locator(".from-agent .bubble")


def test_what_each_says_is_at_the_others_at_once(
    open_chat: OpenChat, server: Server, new_agent: Callable[[Server], Agent]
) -> None:
    chat, li = open_chat(), new_agent(server)
    conversation = _ask_person(chat)
    with li.connect() as desk:
        desk.send({"type": "watch", "conversation": conversation})
        assert desk.next("customer")["online"]
        asked: list[str] = []
        chat.page.on("request", lambda request: asked.append(request.url))
        li.do("claim", conversation)
        expect(chat.state).to_contain_text(ZH["with_agent"].replace("{name}", li.name))
        li.say(conversation, "您好，我是小李")
        expect(_from_agent(chat)).to_have_text(["您好，我是小李"])
        expect(chat.log.locator(".from-agent .name")).to_contain_text([li.name])

        chat.input.press_sequentially("卡在")
        assert desk.next("typing") == {"type": "typing", "conversation": conversation, "author": "customer"}
        chat.say("卡在付款那一步")
        mark = chat.log.locator(".from-customer .mark")
        expect(mark).to_contain_text(ZH["mark_delivered"])
        seq = int(chat.log.locator(".from-customer").last.get_attribute("data-seq"))
        desk.send({"type": "seen", "conversation": conversation, "seq": seq})
        expect(mark).to_contain_text(ZH["mark_seen"])
        assert desk.next("seen")["seq"] <= seq
        desk.send({"type": "typing", "conversation": conversation})
        expect(chat.page.locator("#stream .typing:visible")).to_contain_text(ZH["colleague_typing"])
        li.say(conversation, "我看一下")
        expect(_from_agent(chat)).to_have_text(["您好，我是小李", "我看一下"])
        expect(chat.page.locator("#stream .typing:visible")).to_have_count(0)
        expect(mark).to_have_count(0)

        li.do("resolve", conversation)
        expect(chat.state).to_contain_text(ZH["status_bot"])
        li.do("reopen", conversation)
        expect(chat.state).to_contain_text(li.name)
        li.do("give-back", conversation)
        expect(chat.state).to_contain_text(ZH["status_bot"])
    assert [url for url in asked if READING.search(url)] == [], "nothing had to be asked for"
    assert chat.shown() == [message["id"] for message in chat.stored()["messages"]]


def test_two_tabs_hear_the_same(open_chat: OpenChat, server: Server, new_agent: Callable[[Server], Agent]) -> None:
    chat, li = open_chat(locale="en-GB"), new_agent(server)
    conversation = _ask_person(chat)
    other = Chat(chat.page.context.new_page(), chat.url)
    other.open("/?lang=en")
    expect(other.handoffs).to_have_count(1)
    for number in range(3):
        li.say(conversation, f"Hello {number}")
        (chat, other)[number % 2].say(f"Yes {number}")
    for tab in (chat, other):
        expect(tab.log.locator(".message")).to_have_count(7)
        assert tab.shown() == [message["id"] for message in chat.stored()["messages"]]
        expect(tab.state).to_contain_text(EN["with_agent"].replace("{name}", li.name))
    assert other.complaints == []


def test_a_tab_that_is_not_looked_at_counts_in_its_title(
    open_chat: OpenChat, server: Server, new_agent: Callable[[Server], Agent]
) -> None:
    chat, li = open_chat(), new_agent(server)
    conversation = _ask_person(chat)
    seen = """state => { Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
        document.dispatchEvent(new Event("visibilitychange")); }"""
    chat.page.evaluate(seen, "hidden")
    for number in range(2):
        li.say(conversation, f"您好 {number}")
    expect(chat.page).to_have_title(f"(2) {ZH['title']}")
    with li.connect() as desk:
        desk.send({"type": "watch", "conversation": conversation})
        chat.page.evaluate(seen, "visible")
        expect(chat.page).to_have_title(ZH["title"])
        last = chat.stored()["messages"][-1]["seq"]
        while desk.next("seen")["seq"] < last:  # only now
            pass


def test_a_server_killed_in_mid_conversation(
    open_chat: OpenChat, make_server: Callable[[], Server], new_agent: Callable[[Server], Agent]
) -> None:
    server = make_server()
    chat, li = open_chat(at=server), new_agent(server)
    chat.server_may_fail = True
    conversation = _ask_person(chat)
    li.say(conversation, "第一句")
    expect(_from_agent(chat)).to_have_count(1)
    server.kill()
    expect(chat.page.locator("#notice")).to_contain_text(ZH["reconnecting"])
    chat.input.fill("服务器不在的时候说的")
    chat.input.press("Enter")
    expect(chat.page.locator(".unsent .message")).to_contain_text([ZH["waiting"]])
    server.start()
    li.say(conversation, "第二句")
    expect(_from_agent(chat)).to_have_text(["第一句", "第二句"], timeout=40_000)
    expect(chat.page.locator(".unsent .message")).to_have_count(0, timeout=40_000)
    expect(chat.page.locator("#notice")).to_be_empty()
    li.say(conversation, "第三句")
    expect(_from_agent(chat)).to_have_count(3)
    stored = chat.stored()["messages"]
    assert [message["text"] for message in stored if message["author"] == "customer"] == ["服务器不在的时候说的"]
    assert chat.shown() == [message["id"] for message in stored]


@pytest.mark.parametrize("how", ["closed", "silent"])
def test_where_websocket_is_blocked_the_page_asks(
    open_chat: OpenChat, server: Server, new_agent: Callable[[Server], Agent], how: str
) -> None:
    chat, li = open_chat(), new_agent(server)
    chat.page.route_web_socket(EVENTS, lambda socket: socket.close() if how == "closed" else None)
    chat.page.reload()
    chat.person_button.click()
    expect(chat.handoffs).to_have_count(1)
    conversation = chat.kept["id"]
    li.say(conversation, "您好")
    expect(_from_agent(chat)).to_have_text(["您好"])
    chat.say("我在")
    li.say(conversation, "好的")
    expect(_from_agent(chat)).to_have_text(["您好", "好的"])
    expect(chat.state).to_contain_text(li.name)
    li.do("resolve", conversation)
    expect(chat.state).to_contain_text(ZH["status_bot"])
    assert chat.shown() == [message["id"] for message in chat.stored()["messages"]]


def test_the_pages_own_messages_are_never_shown_twice(
    open_chat: OpenChat, server: Server, new_agent: Callable[[Server], Agent]
) -> None:
    """The socket tells of a message before the call that sent it has come back."""
    chat, li = open_chat(), new_agent(server)
    conversation = _ask_person(chat)
    most = 0

    def late(route: Any) -> None:
        nonlocal most
        answer = route.fetch()
        li.say(conversation, "插一句")
        for _ in range(10):
            most = max(most, chat.page.locator(".from-customer .bubble").count())
            time.sleep(0.02)
        route.fulfill(response=answer)

    chat.page.route(re.compile("/messages$"), late)
    chat.say("我的问题")
    wait_until(lambda: len(chat.shown()) == 3 or bool(chat.page.wait_for_timeout(50)))
    assert most == 1
    assert chat.shown() == [message["id"] for message in chat.stored()["messages"]]
    expect(chat.customer).to_have_text(["我的问题"])
    expect(_from_agent(chat)).to_have_text(["插一句"])
