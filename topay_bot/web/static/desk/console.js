// The console: puts the parts together and keeps them fresh.

import { Pace } from "../chat/pace.js";
import { Acts, tellProblem } from "./acts.js";
import { Alarm } from "./alarm.js";
import * as api from "./api.js";
import { Aside, factsLine } from "./aside.js";
import { Composer } from "./composer.js";
import { closers } from "./dialogs.js";
import { Inbox } from "./inbox.js";
import * as keep from "./keep.js";
import { shortcuts } from "./keys.js";
import { List } from "./list.js";
import { Live } from "./live.js";
import { Outbox } from "./outbox.js";
import { $, say, topicOf } from "./page.js";
import { Picker, filled } from "./picker.js";
import { rights, Talk } from "./talk.js";
import { runTimers } from "./time.js";
import { toast } from "./toast.js";
import { showBanner, signInAgain, Top } from "./top.js";
import { Transcript } from "./transcript.js";

const POLL_MS = 4000; // without a socket
const SURE_MS = 30_000; // with one, to be sure
const REFERENCE = /^[HC]-[0-9A-Z]{4}-[0-9A-Z]{4}$/; // in the address: the link of a notification

export class Console {
  #agent;
  #inbox = new Inbox(this.#inboxListener());
  #talk = new Talk(this.#talkListener());
  #outbox;
  #live = new Live(this.#liveListener());
  #pace = new Pace(1000, 10_000);
  #failing = false;

  constructor(agent) {
    this.#agent = agent;
    this.alarm = new Alarm();
    this.#outbox = new Outbox(this.#outboxListener());
    this.acts = new Acts(agent, this.#talk, {
      refresh: () => this.#refresh(),
      own: (id) => this.#inbox.own(id),
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
    window.addEventListener("online", () => this.#hurry());
    this.#followHash();
    this.#outbox.send();
    this.#live.run();
    this.#poll();
  }

  // What the parts tell

  #inboxListener() {
    return {
      changed: () => {
        this.list.draw();
        this.alarm.badge(this.#inbox.counts, this.#inbox.unread);
      },
      arrived: (summaries) => {
        const urgent = summaries.find((summary) => summary.priority === "urgent");
        if (this.top.online) this.alarm.ring(urgent ? "urgent" : "handoff");
        if (urgent) toast(say("arrived_urgent", { topic: topicOf(urgent) }), { kind: "urgent" });
      },
      given: (summary) => {
        if (summary.id === this.#talk.id) return; // taken here a moment ago
        this.alarm.ring("handoff");
        const open = { words: say("key_enter"), run: () => (location.hash = summary.id) };
        toast(say("transferred_to_you", { topic: topicOf(summary) }), { action: open });
      },
      wrote: (summary) => {
        if (summary.id !== this.#talk.id || document.visibilityState !== "visible") this.alarm.ring("message");
      },
      up: () => this.#up(),
      down: (error) => this.#down(error),
    };
  }

  #talkListener() {
    return {
      opened: (id) => {
        for (const part of ["thread-head", "stream", "foot"]) $(part).hidden = !id;
        $("blank").hidden = Boolean(id);
        document.body.classList.toggle("showing", Boolean(id));
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
      up: () => this.#up(),
      down: (error) => this.#down(error),
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
      up: () => this.#up(),
      down: (error) => this.#down(error),
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
        }
      },
      connected: (yes) => {
        if (yes) this.#refresh();
        else this.#inbox.refreshSoon();
      },
      signedOut: () => signInAgain("over"),
    };
  }

  // Keeping fresh

  #refresh() {
    this.#talk.refresh();
    return this.#inbox.refresh();
  }

  #up() {
    if (this.#failing) {
      this.#failing = false;
      this.#pace.reset();
      toast(say("connected"));
      this.#outbox.hurry();
      this.#live.hurry();
      this.top.sayPresence().catch(() => {}); // the next look tells whether we are away again
    }
    showBanner(false);
  }

  #down(error) {
    if (error instanceof api.Problem && error.status === 401) {
      signInAgain("over");
      return;
    }
    if (error instanceof api.Problem && error.final) {
      tellProblem(error);
      return;
    }
    if (!(error instanceof api.Problem || error instanceof api.Unreachable)) throw error;
    this.#failing = true;
    showBanner(true, () => this.#hurry());
  }

  #hurry() {
    this.#pace.reset();
    this.#pace.hurry();
    this.#outbox.hurry();
    this.#live.hurry();
    this.#refresh();
  }

  /** Looks again and again: rarely while a socket brings the news, with growing waits while the server is away. */
  async #poll() {
    await this.top.sayPresence().catch((error) => this.#down(error));
    let last = 0;
    for (;;) {
      const every = this.#live.connected ? SURE_MS : POLL_MS;
      if (this.#failing || Date.now() - last >= every) {
        last = Date.now();
        await this.#inbox.refresh();
        if (!this.#live.connected) await this.#talk.refresh();
      }
      if (this.#failing) await this.#pace.wait();
      else await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }

  /** What is before the agent's eyes counts as seen. */
  #markSeen() {
    const { id, lastSeq } = this.#talk;
    if (!id || !lastSeq || document.visibilityState !== "visible" || keep.seen(id) >= lastSeq) return;
    keep.keepSeen(id, lastSeq);
    if (this.#talk.detail.agent?.id === this.#agent.id) this.#live.seen(id, lastSeq);
    this.list.draw();
    this.alarm.badge(this.#inbox.counts, this.#inbox.unread);
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
      this.#down(error);
    }
  }

  // The conversation's head, keys and buttons

  #drawHead(summary) {
    const may = rights(summary, this.#agent.id);
    const shown = { claim: may.claim, resolve: may.resolve, reopen: may.reopen, transfer: may.transfer, "give-back": may.giveBack };
    for (const [id, on] of Object.entries(shown)) $(id).hidden = !on;
    if ($("thread-title").textContent !== topicOf(summary)) $("thread-title").textContent = topicOf(summary);
    $("thread-facts").replaceChildren(...factsLine(summary, this.#agent));
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
    on("keys", () => $("help").showModal());
    const key = (name) => `“${name}”`;
    $("blank-hint").textContent = say("choose_hint", { q: key("q"), help: key("?") });
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
        o: () => this.list.show("open"),
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
    this.composer.insert(suggestion.text, { article: suggestion.article, title: suggestion.title });
  }

  #pickReply() {
    const { detail } = this.#talk;
    if (detail) this.picker.open(detail.language, (reply) => this.composer.insert(filled(reply, this.#agent, detail)));
  }
}
