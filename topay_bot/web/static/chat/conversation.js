// The conversation: what was said, what is still to be sent, and who owns it. Knows nothing of the page.
//
// A message is put into the outbox, under a client id of its own, before anything is sent; it leaves the outbox when
// the server has taken it or refused it for good. Until then it is sent again and again with that same client id,
// which the server stores once. What the server says is shown once, by its id: what is said by others comes over a
// WebSocket (live.js), or where there is none by asking for it while a person owns the conversation.

import * as api from "./api.js";
import * as keep from "./keep.js";
import { Live } from "./live.js";
import { Pace } from "./pace.js";

// Not crypto.randomUUID: a page without https does not have it.
const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("-");

/** One conversation on the server, from the first word to "start a new one". Replaced as a whole, never mended. */
class Session {
  id = null;
  token = null;
  seq = 0; // of the newest message shown
  shown = new Set(); // ids of messages shown
  state = "pending"; // pending: the bot's; open: a person's; resolved
  handoff = null;
  agent = null; // {name} of the person who has it
  held = []; // news that came while something was being sent, which may be about just that
  over = new AbortController();
  poll = null; // AbortController of the poll on its way

  static of({ id, token }) {
    return Object.assign(new Session(), { id, token });
  }
}

export class Conversation {
  #session = new Session();
  #outbox = keep.outbox();
  #sending = null; // the promise of the loop that sends
  #retry = new Pace(1000, 10_000);
  #polling = new Pace(2000, 10_000, 1.08);
  #view;
  #language;
  #live = new Live({
    heard: (session, frame) => this.#heard(session, frame),
    connected: (yes) => this.#connected(yes),
    refused: () => this.#refresh(),
  });

  /**
   * `view` is told what to show: received(messages, key) with the key of the message that they answer, queued(item),
   * refused(item), removed(key), busy(item or null), state(state, handoff, agent), away(null, "offline" or
   * "unavailable"), typing(), marked("delivered" or "seen", seq), lost() and cleared().
   */
  constructor(view, language) {
    this.#view = view;
    this.#language = language;
    window.addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => {
      this.#follow();
      if (document.visibilityState !== "visible") return;
      this.#tellSeen(this.#session);
      this.#refresh();
    });
    keep.onConversationElsewhere((kept) => this.#changedElsewhere(kept));
  }

  /** The customer looks at it now, where a page around decides that. */
  looked() {
    this.#tellSeen(this.#session);
  }

  get state() {
    return this.#session.state;
  }

  get id() {
    return this.#session.id;
  }

  get handoff() {
    return this.#session.handoff;
  }

  /** Take up the conversation that this browser has, if any, and send what was left unsent. */
  async resume() {
    const kept = keep.conversation();
    for (const item of this.#outbox) {
      this.#view.queued(item);
      if (item.refused) this.#view.refused(item);
    }
    if (kept) {
      this.#session = Session.of(kept);
      await this.#untilDone(this.#session, () => this.#catchUp(this.#session));
    }
    this.#send();
    this.#watch();
  }

  /** The customer says something; `choice` is the article of a title that was tapped. */
  say(text, choice = null) {
    this.#queue({ key: newKey(), kind: "message", text, choice });
  }

  /** The customer wants a person. */
  askPerson() {
    if (this.#outbox.some((item) => item.kind === "person")) this.hurry();
    else this.#queue({ key: newKey(), kind: "person" });
  }

  /** Something besides a question: `what` is "case" or "contact", `text` is what is shown until it is sent. */
  tell(what, text, body) {
    this.#queue({ key: newKey(), kind: what, text, body });
  }

  /** How it went; rejects when it could not be kept. */
  rate(about, stars, comment) {
    return api.rate(this.#session, { about, stars, ...(comment ? { comment } : {}) });
  }

  /** The place among those who wait, and whether somebody is there. */
  waiting() {
    return api.waiting(this.#session);
  }

  /** Whether an answer helped. Rejects when it could not be kept. */
  feedback(messageId, helpful) {
    return api.feedback(this.#session, messageId, helpful);
  }

  /** Try again now what waits to be sent. */
  hurry() {
    this.#retry.reset();
    this.#retry.hurry();
    this.#live.hurry();
  }

  /** The customer is writing: shown to the person who has the conversation. */
  typing() {
    if (this.state === "open") this.#live.typing();
  }

  /** Take a message that was refused out of the outbox. */
  withdraw(key) {
    this.#drop(key);
  }

  /** Forget this conversation; the next word begins another. */
  restart() {
    keep.forgetConversation();
    this.#replace(new Session());
    this.#outbox = [];
    keep.keepOutbox([]);
    this.#view.cleared();
    this.#tellState();
  }

  #queue(item) {
    this.#outbox.push(item);
    keep.keepOutbox(this.#outbox);
    this.#view.queued(item);
    this.hurry();
    this.#send();
  }

  #drop(key) {
    this.#outbox = this.#outbox.filter((item) => item.key !== key);
    keep.keepOutbox(this.#outbox);
  }

  /** One loop at a time sends the outbox in order. */
  #send() {
    this.#sending ??= this.#sendAll();
  }

  #next() {
    return this.#outbox.find((item) => !item.refused);
  }

  async #sendAll() {
    await null; // #sending is set before anything else happens
    try {
      for (let item = this.#next(); item; item = this.#next()) {
        const session = this.#session;
        this.#view.busy(item);
        await this.#untilDone(session, () => this.#deliverOrRefuse(session, item));
      }
    } finally {
      this.#sending = null;
      this.#view.busy(null);
      this.#release(this.#session);
    }
  }

  async #deliverOrRefuse(session, item) {
    try {
      await this.#deliver(session, item);
    } catch (error) {
      if (!(error instanceof api.Problem) || !error.final || error.lost) throw error;
      item.refused = error.code;
      keep.keepOutbox(this.#outbox);
      this.#view.refused(item);
    }
  }

  /** Try `work` until it succeeds, the conversation turns out lost, or the session was replaced meanwhile. */
  async #untilDone(session, work) {
    while (session === this.#session) {
      try {
        await work();
        this.#retry.reset();
        this.#view.away(null);
        return;
      } catch (error) {
        if (session !== this.#session || error.name === "AbortError") return;
        if (error instanceof api.Problem && error.lost) {
          this.#lose();
          return;
        }
        if (!(error instanceof api.Problem || error instanceof api.Unreachable)) throw error;
        this.#view.away(error instanceof api.Unreachable ? "offline" : "unavailable");
        await this.#retry.wait();
      }
    }
  }

  async #deliver(session, item) {
    session.poll?.abort();
    if (session.id === null) await this.#begin(session);
    const { signal } = session.over;
    const exchange = await this.#hand(session, item, signal);
    // Something came between, in another tab or from a person: show it first.
    this.#release(session, exchange.messages[0]?.seq ?? 0);
    if (exchange.messages.length && exchange.messages[0].seq > session.seq + 1) await this.#catchUp(session, item.key);
    this.#take(session, exchange, item.key);
    this.#drop(item.key);
    this.#view.removed(item.key);
    this.#watch();
  }

  #hand(session, item, signal) {
    if (item.kind === "person") return api.handoff(session, signal);
    if (item.body) return api.tell(session, item.kind, { ...item.body, client_id: item.key }, signal);
    const { text, key, choice } = item;
    return api.post(session, { text, client_id: key, ...(choice ? { choice } : {}) }, signal);
  }

  async #begin(session) {
    // Another tab may have begun meanwhile.
    const { id, token } = keep.conversation() ?? (await api.start(this.#language, session.over.signal));
    Object.assign(session, { id, token });
    if (session === this.#session) keep.keepConversation(session);
  }

  /** Fetch everything beyond what is shown. */
  async #catchUp(session, key = null, signal = session.over.signal) {
    const first = session.seq;
    for (;;) {
      const before = session.seq;
      this.#take(session, await api.messages(session, before, signal), key);
      if (session.seq === before) return before - first;
    }
  }

  #take(session, exchange, key) {
    if (session !== this.#session) return;
    const fresh = exchange.messages.filter((message) => !session.shown.has(message.id));
    for (const message of fresh) {
      session.shown.add(message.id);
      session.seq = Math.max(session.seq, message.seq);
    }
    session.state = exchange.state;
    session.handoff = exchange.handoff ?? session.handoff;
    session.agent = exchange.agent;
    if (fresh.length) {
      this.#view.received(fresh, key);
      keep.keepConversation(session);
    }
    this.#tellState();
  }

  #tellState() {
    const { state, handoff, agent } = this.#session;
    this.#view.state(state, handoff, agent);
    this.#follow();
  }

  /** A page that nobody looks at hears of a conversation only while a person has it. */
  #follow() {
    const session = this.#session;
    const wanted = session.id !== null && (session.state === "open" || document.visibilityState === "visible");
    this.#live.follow(wanted ? session : null);
  }

  #connected(yes) {
    if (yes) {
      this.#view.away(null);
      this.hurry();
    } else {
      this.#polling.reset();
      this.#polling.hurry(); // to see whether the server is there at all
    }
  }

  #heard(session, frame) {
    if (session !== this.#session) return;
    if (frame.type === "typing") this.#view.typing();
    else if (frame.type === "delivered" || frame.type === "seen") this.#view.marked(frame.type, frame.seq);
    else if (frame.type === "message" || frame.type === "state") {
      session.held.push(frame);
      if (!this.#sending) this.#release(session);
    }
    this.#tellSeen(session);
  }

  /** Show what was held; of messages only those before that `seq`, where one is given. */
  #release(session, before = Infinity) {
    const frames = session.held;
    session.held = [];
    for (const frame of frames) {
      const { state, handoff, agent } = session;
      if (frame.type === "state") {
        if (before === Infinity) this.#take(session, { ...frame, messages: [] });
        else session.held.push(frame);
      } else if (frame.message.seq >= before) session.held.push(frame);
      else if (frame.message.seq > session.seq) {
        this.#take(session, { state, handoff, agent, messages: [frame.message] });
      }
    }
    if (!this.#watching) this.#watch(); // a person may have come unasked
  }

  /** Tell the person how far the customer has read. In a frame, embed.js knows whether the customer sees it. */
  #tellSeen(session) {
    const kept = document.body.classList.contains("framed") ? keep.seen() : { id: session.id, seq: session.seq };
    if (document.visibilityState === "visible" && kept?.id === session.id) this.#live.seen(kept.seq);
  }

  /** The server no longer has the conversation; what is unsent goes into a new one. */
  #lose() {
    keep.forgetConversation();
    this.#replace(new Session());
    this.#view.lost();
    this.#tellState();
  }

  #replace(session) {
    this.#session.over.abort();
    this.#session.poll?.abort();
    this.#session = session;
    this.#view.away(null);
    this.hurry();
  }

  #changedElsewhere(kept) {
    const session = this.#session;
    if (kept && session.id === null && this.#outbox.length) return; // about to be taken up by #begin
    if (kept?.id === session.id) {
      if (kept && kept.seq > session.seq) this.#refresh();
    } else if (kept || session.id !== null) {
      this.#replace(kept ? Session.of(kept) : new Session());
      this.#view.cleared();
      for (const item of this.#outbox) this.#view.queued(item);
      this.#tellState();
      if (kept) this.#refresh();
    }
  }

  /** Look once for what is new, and show how that went; the next occasion tries again. Gives whether to look soon. */
  async #refresh() {
    const session = this.#session;
    if (session.id === null || this.#sending || session.poll) return false;
    const poll = (session.poll = new AbortController());
    try {
      const count = await this.#catchUp(session, null, poll.signal);
      this.#view.away(null);
      if (!this.#watching) this.#watch();
      return count > 0;
    } catch (error) {
      if (poll.signal.aborted || session !== this.#session) return true;
      if (error instanceof api.Problem && error.lost) this.#lose();
      else if (error instanceof api.Problem || error instanceof api.Unreachable) this.#view.away("offline");
      else throw error;
      return false;
    } finally {
      session.poll = null;
    }
  }

  #watching = false;

  /**
   * While a person owns the conversation and no news come by themselves, look for what they write: every 2 s, then
   * gradually up to every 10 s.
   */
  async #watch() {
    this.#polling.reset();
    if (this.#watching) return;
    this.#watching = true;
    try {
      while (this.#session.state === "open") {
        await this.#polling.wait();
        const look = document.visibilityState === "visible" && !this.#live.connected;
        if (look && (await this.#refresh())) this.#polling.reset();
      }
    } finally {
      this.#watching = false;
    }
  }
}
