// The open conversation on the page: messages, notes, what the bot thought, and what is not sent yet.

import { h, icon } from "../chat/dom.js";
import { eventOf, messageOf, noteOf, unsentOf } from "./messages.js";
import { keyed } from "./keyed.js";
import { $, say } from "./page.js";
import { dayName } from "./time.js";

const NEAR = 120; // pixels from the end that still count as reading the end
const TYPING_MS = 6000;

export class Transcript {
  #actions;
  #agent;
  #end = true;
  #typing;
  #lastSeq = 0;
  #last = null; // the newest message
  #read = 0; // the customer has read up to there

  /** `actions`: label(message, article), edit(item), discard(item). */
  constructor(agent, actions) {
    this.#agent = agent;
    this.#actions = actions;
    const stream = $("stream");
    stream.addEventListener(
      "scroll",
      () => {
        this.#end = stream.scrollHeight - stream.scrollTop - stream.clientHeight < NEAR;
        if (this.#end) $("newer").hidden = true;
      },
      { passive: true },
    );
    new ResizeObserver(() => this.#end && this.toEnd()).observe(stream);
    $("newer").addEventListener("click", () => this.toEnd());
  }

  clear() {
    keyed($("log"), []);
    keyed($("unsent"), []);
    $("log").setAttribute("aria-live", "off");
    $("newer").hidden = true;
    this.#lastSeq = 0;
    this.#read = 0;
    this.#showRead(null);
    this.typing(false);
  }

  /** Show it as it is now. The first time the end is shown without reading everything aloud. */
  draw(detail, first) {
    const added = detail.messages.filter((message) => message.seq > this.#lastSeq);
    this.#lastSeq = detail.messages.at(-1)?.seq ?? 0;
    keyed($("log"), this.#entries(detail));
    this.#showRead(detail.messages.at(-1));
    if (added.some((message) => message.author === "customer")) this.typing(false);
    if (first) {
      this.toEnd();
      setTimeout(() => $("log").setAttribute("aria-live", "polite"), 500);
    } else if (added.length && !this.#end) {
      $("newer").hidden = false;
    } else if (added.length) {
      this.toEnd();
    }
  }

  /** Messages by their place, notes after the message they were written at, a line before each new day. */
  #entries(detail) {
    const labels = new Map(detail.labels.map((label) => [label.message, label]));
    const all = [
      ...detail.messages.map((message) => ({ at: message.created_at, place: message.seq, message })),
      ...detail.notes.map((note) => ({ at: note.created_at, place: note.after_seq + 0.5, note })),
    ];
    all.sort((one, other) => one.place - other.place || (one.at < other.at ? -1 : 1));
    const entries = [];
    let day = null;
    let question = null;
    for (const { at, message, note } of all) {
      if (dayName(at) !== day) {
        day = dayName(at);
        const words = day;
        entries.push({ key: `day ${words}`, sign: words, make: () => h("p", { class: "day" }, words) });
      }
      if (message?.author === "customer") question = message.id;
      entries.push(note ? this.#note(note) : this.#message(message, { question, label: labels.get(question) }));
    }
    return entries;
  }

  #note(note) {
    return { key: `note ${note.id}`, sign: "", make: () => noteOf(note, this.#agent) };
  }

  #message(message, context) {
    const make = (old) =>
      message.author === "system" ? eventOf(message) : messageOf(message, context, this.#agent, this.#actions, old);
    return { key: message.id, sign: JSON.stringify([message.helpful, context]), make };
  }

  drawUnsent(items) {
    const before = $("unsent").childElementCount;
    keyed(
      $("unsent"),
      items.map((item) => ({
        key: item.key,
        sign: `${item.refused} ${item.late}`,
        make: () => unsentOf(item, this.#actions),
      })),
    );
    if (items.length > before) this.toEnd();
  }

  /** The customer is writing, which is shown for a few seconds. */
  typing(on = true) {
    clearTimeout(this.#typing);
    const words = on ? say("typing") : "";
    if (Boolean(words) !== $("typing").hasChildNodes()) {
      $("typing").replaceChildren(...(words ? [icon("more"), h("span", {}, words)] : []));
      if (on && this.#end) this.toEnd();
    }
    if (on) this.#typing = setTimeout(() => this.typing(false), TYPING_MS);
  }

  /** The customer has read up to this message. */
  read(seq) {
    this.#read = Math.max(this.#read, seq);
    this.#showRead(this.#last);
  }

  #showRead(last) {
    this.#last = last ?? null;
    const words = last?.author === "agent" && last.seq <= this.#read ? say("read_by_customer") : "";
    if ($("read").textContent !== words) $("read").textContent = words;
  }

  toEnd() {
    $("stream").scrollTop = $("stream").scrollHeight;
    this.#end = true;
    $("newer").hidden = true;
  }
}
