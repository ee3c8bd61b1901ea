// The console: puts the parts together and keeps them fresh.

import { Acts, tellProblem } from "./acts.js";
import { Alarm } from "./alarm.js";
import * as api from "./api.js";
import { Aside, factsLine } from "./aside.js";
import { Composer } from "./composer.js";
import { closers } from "./dialogs.js";
import { excerpt } from "./excerpt.js";
import { countFollowUps } from "./follow-up.js";
import { Inbox } from "./inbox.js";
import * as keep from "./keep.js";
import { shortcuts } from "./keys.js";
import { List } from "./list.js";
import { Live } from "./live.js";
import { Outbox } from "./outbox.js";
import { $, page, say, topicOf } from "./page.js";
import { Picker, filled } from "./picker.js";
import { rights, Talk } from "./talk.js";
import { runTimers } from "./time.js";
import { forget, toast } from "./toast.js";
import { signInAgain, Top } from "./top.js";
import { Transcript } from "./transcript.js";
import { Watch } from "./watch.js";

const REFERENCE = /^[HC]-[0-9A-Z]{4}-[0-9A-Z]{4}$/; // in the address: the link of a notification

export class Console {
  #agent;
  #inbox = new Inbox(this.#inboxListener());
  #talk = new Talk(this.#talkListener());
  #outbox;
  #live = new Live(this.#liveListener());
  #watch = new Watch(this.#watchListener());
  #customerHere = null; // whether the customer of the open conversation has the chat page open, where it is known

  constructor(agent) {
    this.#agent = agent;
    this.alarm = new Alarm();
    this.#outbox = new Outbox(this.#outboxListener());
    this.acts = new Acts(agent, this.#talk, {
      refresh: () => this.#refresh(),
      own: (id) => this.#inbox.own(id),
      took: (summary) => this.#took(summary),
      open: (id) => (location.hash = id),
      unsentReply: () => this.composer.unsentReply,
      signedOut: () => signInAgain("over"),
    });
    this.list = new List(this.#inbox, agent, { current: () => this.#talk.id, takeNext: () => this.acts.takeNext() });
    this.transcript = new Transcript(agent, {
      label: (message, article) => this.acts.label(message, article),
      edit: (item) => {
        this.#outbox.withdraw(item.key);
        this.composer.restore(item.kind, item.text);
      },
      discard: (item) => this.#outbox.withdraw(item.key),
    });
    this.aside = new Aside({
      insert: (one) => this.#insert(one),
      label: (message, article) => this.acts.label(message, article),
    });
    this.picker = new Picker();
    this.composer = new Composer({
      write: (kind, text, article) => this.#outbox.add(this.#talk.id, kind, text, article?.article),
      typing: () => this.#live.typing(this.#talk.id),
      drafted: () => this.list.draw(),
      pickReply: () => this.#pickReply(),
      claim: () => this.acts.claim(),
      reopen: () => this.acts.reopen(),
    });
    this.top = new Top(agent, this.alarm);
  }

  run() {
    closers();
    runTimers();
    this.#buttons();
    this.#keys();
    window.addEventListener("hashchange", () => this.#followHash());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState !== "visible") return;
      this.#markSeen();
      this.#inbox.refreshSoon();
    });
    window.addEventListener("online", () => this.#watch.hurry());
    this.#followHash();
    this.#outbox.send();
    this.#live.run();
    this.#watch.run();
    countFollowUps(this.#agent);
  }

  // What the parts tell

  #inboxListener() {
    return {
      changed: () => {
        this.list.draw();
        this.alarm.badge(this.#inbox.counts ?? {}, this.#inbox.unread);
      },
      arrived: (summaries, urgent) => {
        if (this.top.online) this.alarm.ring(urgent ? "urgent" : "handoff");
        const first = summaries.find((summary) => summary.priority === "urgent");
        if (first) this.#tell("arrived_urgent", first, "urgent");
      },
      given: (summary) => {
        if (summary.id === this.#talk.id) return; // taken here a moment ago
        this.alarm.ring("handoff");
        this.#tell("transferred_to_you", summary);
      },
      wrote: (summary) => {
        if (summary.id !== this.#talk.id || document.visibilityState !== "visible") this.alarm.ring("message");
      },
      up: () => this.#watch.up(),
      down: (error) => this.#watch.down(error),
    };
  }

  #talkListener() {
    return {
      opened: (id) => {
        for (const part of ["thread-head", "stream", "foot"]) $(part).hidden = !id;
        $("blank").hidden = Boolean(id);
        forget(id);
        document.body.classList.toggle("showing", Boolean(id));
        this.#customerHere = null;
        this.transcript.clear();
        this.aside.opened(id);
        this.#live.watch(id);
        this.list.draw();
        if (!id) return;
        const known = this.#inbox.get(id);
        if (known) this.#drawHead(known);
        else $("thread-title").textContent = say("loading");
        this.composer.open(id);
        this.transcript.drawUnsent(this.#outbox.of(id));
      },
      loaded: (detail, first) => {
        this.#drawHead(detail);
        this.transcript.draw(detail, first);
        this.aside.draw(detail, this.#talk.latestQuestion);
        this.#markSeen();
      },
      lost: () => {
        toast(say("gone"), { kind: "bad" });
        location.hash = "";
      },
      up: () => this.#watch.up(),
      down: (error) => this.#watch.down(error),
    };
  }

  #outboxListener() {
    return {
      changed: (id) => {
        if (id === this.#talk.id) this.transcript.drawUnsent(this.#outbox.of(id));
      },
      sent: (item) => {
        this.#inbox.own(item.conversation);
        if (item.kind === "note") toast(say("note_kept"));
        this.#refresh();
      },
      refused: (item, error) => {
        tellProblem(error);
        this.#refresh();
      },
      up: () => this.#watch.up(),
      down: (error) => this.#watch.down(error),
    };
  }

  #liveListener() {
    return {
      news: (event) => {
        const here = event.conversation === this.#talk.id;
        if (event.type === "changed") {
          this.#inbox.refreshSoon();
          if (here || !event.conversation) this.#talk.refresh();
        } else if (event.type === "typing" && here && event.author === "customer") {
          this.transcript.typing();
        } else if (event.type === "seen" && here) {
          this.transcript.read(event.seq);
        } else if (event.type === "customer" && here) {
          this.#customerHere = event.online;
          if (this.#talk.detail) this.#drawHead(this.#talk.detail);
        }
      },
      connected: (yes) => {
        if (yes) this.#refresh();
        else this.#inbox.refreshSoon();
      },
      signedOut: () => signInAgain("over"),
    };
  }

  #watchListener() {
    return {
      connected: () => this.#live.connected,
      present: () => this.top.sayPresence(),
      look: async () => {
        await this.#inbox.refresh();
        if (!this.#live.connected) await this.#talk.refresh();
      },
      hurry: () => {
        this.#outbox.hurry();
        this.#live.hurry();
        this.#refresh();
      },
    };
  }

  /** Tell of a conversation, with a button that opens it. */
  #tell(key, summary, kind = "") {
    const open = { words: say("open_it"), run: () => (location.hash = summary.id) };
    toast(say(key, { topic: topicOf(summary) }), { action: open, kind, about: summary.id });
  }

  // Keeping fresh

  #refresh() {
    this.#talk.refresh();
    return this.#inbox.refresh();
  }

  /** What is before the agent's eyes counts as seen. */
  #markSeen() {
    const { id, lastSeq } = this.#talk;
    if (!id || !lastSeq || document.visibilityState !== "visible" || keep.seen(id) >= lastSeq) return;
    keep.keepSeen(id, lastSeq);
    if (this.#talk.detail.agent?.id === this.#agent.id) this.#live.seen(id, lastSeq);
    this.list.draw();
    this.alarm.badge(this.#inbox.counts ?? {}, this.#inbox.unread);
  }

  /** The address says which conversation is open: a link can be shared, and "back" goes back. */
  async #followHash() {
    const id = location.hash.slice(1) || null;
    if (!id || !REFERENCE.test(id)) {
      this.#talk.open(id);
      return;
    }
    try {
      const { items } = await api.conversations({ view: "all", q: id, limit: 1 });
      if (!items.length) toast(say("gone"), { kind: "bad" });
      location.replace(`#${items[0]?.id ?? ""}`);
    } catch (error) {
      this.#watch.down(error);
    }
  }

  // The conversation's head, keys and buttons

  #drawHead(summary) {
    const may = rights(summary, this.#agent);
    const shown = { claim: may.claim, resolve: may.resolve, reopen: may.reopen, transfer: may.transfer, "give-back": may.giveBack };
    for (const [id, on] of Object.entries(shown)) $(id).hidden = !on;
    if ($("thread-title").textContent !== topicOf(summary)) $("thread-title").textContent = topicOf(summary);
    $("thread-facts").replaceChildren(...factsLine(summary, this.#agent, this.#customerHere));
    this.composer.allow(may, summary.agent?.name);
  }

  #buttons() {
    const on = (id, act) => $(id).addEventListener("click", act);
    on("claim", () => this.#claim());
    on("resolve", () => this.acts.resolve());
    on("reopen", () => this.acts.reopen());
    on("transfer", () => this.acts.transfer());
    on("give-back", () => this.acts.giveBack());
    on("back", () => this.#toList());
    // A click without a count comes from the keyboard. The address changes after it.
    on("rows", ({ detail }) => detail === 0 && setTimeout(() => this.#enter()));
    on("keys", () => $("help").showModal());
    const key = (name) => `“${name}”`;
    $("blank-hint").textContent = say("choose_hint", { q: key("q"), help: key("?") });
  }

  /** Show a conversation that was taken out of the queue, ready to be answered. */
  #took(summary) {
    this.#inbox.put(summary);
    this.#open(summary.id);
    this.composer.write("reply");
    this.#inbox.refresh();
  }

  #open(id) {
    history.pushState(null, "", `#${id}`);
    this.#talk.open(id);
  }

  /** From a row on by the keyboard: to where an answer is written, or to what is to be read first. */
  #enter() {
    const summary = this.#inbox.get(location.hash.slice(1));
    if (summary?.agent?.id === this.#agent.id) this.composer.write("reply");
    else $("stream").focus();
  }

  async #claim() {
    if (await this.acts.claim()) this.composer.write("reply");
  }

  #toList() {
    const { id } = this.#talk;
    location.hash = "";
    const link = document.querySelector(`#rows a[href="#${CSS.escape(id ?? "")}"]`);
    (link ?? $("queue-title")).focus();
  }

  #keys() {
    /** Only where its button is there to be clicked. */
    const press = (id) => () => $(id).hidden || $("thread-head").hidden || $(id).click();
    const within = (act) => () => this.#talk.id && act();
    shortcuts(
      {
        j: () => this.list.move(1),
        k: () => this.list.move(-1),
        ArrowDown: () => this.list.move(1),
        ArrowUp: () => this.list.move(-1),
        q: () => this.acts.takeNext(),
        w: () => this.list.show("waiting"),
        m: () => this.list.show("mine"),
        a: () => this.list.show("open"),
        d: () => this.list.show("resolved"),
        "/": () => this.list.focusSearch(),
        c: press("claim"),
        e: press("resolve"),
        u: press("reopen"),
        t: press("transfer"),
        b: press("give-back"),
        r: within(() => this.composer.write("reply")),
        n: within(() => this.composer.write("note")),
        ".": within(() => this.#pickReply()),
        i: within(() => this.aside.show()),
        1: within(() => this.#insert(this.aside.suggestion(1))),
        2: within(() => this.#insert(this.aside.suggestion(2))),
        3: within(() => this.#insert(this.aside.suggestion(3))),
        x: () => this.top.toggleSound(),
        "?": () => $("help").showModal(),
      },
      (from) => this.#escape(from),
    );
  }

  /** From a field to the conversation, from there to the list. */
  #escape(from) {
    if (this.aside.over) this.aside.show(false);
    else if (from.closest("#composer")) $("stream").focus();
    else if (from.closest("#thread, #details")) this.#toRow();
  }

  #toRow() {
    const link = document.querySelector("#rows a[aria-current]") ?? document.querySelector("#rows a");
    (link ?? $("queue-title")).focus();
  }

  #insert(suggestion) {
    if (!suggestion) return;
    this.aside.show(false);
    this.composer.insert(excerpt(suggestion.html) || suggestion.text, { article: suggestion.article, title: suggestion.title });
  }

  /** In the customer's language, as soon as anything is known of the conversation. */
  #pickReply() {
    const known = () => this.#talk.detail ?? this.#inbox.get(this.#talk.id);
    const insert = (reply) => this.composer.insert(filled(reply, this.#agent, known() ?? {}));
    this.picker.open(known()?.language ?? page.language, insert);
  }
}
