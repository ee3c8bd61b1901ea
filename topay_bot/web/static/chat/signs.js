// Signs of the person on the other side: that they are writing, and how far the customer's last message got.

import { h, icon } from "./dom.js";

const TYPING_MS = 6000; // said again every 3 s while it lasts

export class Signs {
  #texts;
  #log;
  #grown;
  #typing;
  #timer;
  #mark = h("p", { class: "delivery mark", "aria-live": "off" }); // seen when wanted, not read out at each step
  #marks = { delivered: 0, seen: 0 };
  #person = false;

  /** `log` holds the messages; `after` is the element below which typing is shown; `grown()` is called when it is. */
  constructor(texts, log, after, grown) {
    this.#texts = texts;
    this.#log = log;
    this.#grown = grown;
    const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
    this.#typing = h("div", { class: "typing", hidden: true }, dots, h("span", { role: "status" }));
    after.after(this.#typing);
  }

  /** A colleague is writing. */
  typing() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#stop(), TYPING_MS);
    if (!this.#typing.hidden) return;
    this.#typing.hidden = false;
    this.#typing.lastChild.textContent = this.#texts.colleague_typing;
    this.#grown();
  }

  /** How far messages got: the `seq` that stands on an agent's desk, or that an agent has seen. */
  marked(kind, seq) {
    this.#marks[kind] = Math.max(this.#marks[kind], seq);
    this.#show();
  }

  /** Messages were added to the log. */
  said(messages) {
    if (messages.some((message) => message.author === "agent")) this.#stop();
    this.#show();
  }

  /** Whether a person has the conversation. */
  withPerson(person) {
    this.#person = person;
    if (!person) this.#stop();
    this.#show();
  }

  cleared() {
    this.#marks = { delivered: 0, seen: 0 };
    this.#stop();
    this.#mark.remove();
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#typing.hidden = true;
    this.#typing.lastChild.textContent = "";
  }

  /** Under the customer's last message, unless a person has answered it. */
  #show() {
    const theirs = [...this.#log.querySelectorAll(".message.from-customer, .message.from-agent")].at(-1);
    if (!this.#person || !theirs || theirs.dataset.author === "agent") {
      this.#mark.remove();
      return;
    }
    const seq = Number(theirs.dataset.seq);
    const brought = seq <= this.#marks.delivered ? "delivered" : "sent";
    const words = seq <= this.#marks.seen ? "seen" : brought;
    if (this.#mark.parentElement === theirs && this.#mark.dataset.kind === words) return;
    this.#mark.dataset.kind = words;
    this.#mark.replaceChildren(icon("check"), this.#texts[`mark_${words}`]);
    theirs.append(this.#mark);
  }
}
