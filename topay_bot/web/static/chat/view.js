// The conversation on the page: messages in the log, what is unsent below it, and who owns the conversation above it.

import { content, linked, messageLanguage } from "./answer.js";
import { settleContacts } from "./contact.js";
import { h, icon, tag } from "./dom.js";
import { Signs } from "./signs.js";
import { Title } from "./title.js";
import { Wait } from "./wait.js";

const $ = (id) => document.getElementById(id);
const NEAR = 120; // pixels from the end that still count as reading the end
const CLOCK = { hour: "2-digit", minute: "2-digit", hour12: false };
const PATIENT_MS = 400; // what is done sooner shows no sign of waiting

export class View {
  #page;
  #actions;
  #pending = new Map(); // key -> element of what is not sent
  #away = null;
  #typing;
  #typingTimer;
  #state = "pending";
  #signs;
  #title = new Title();
  #wait;
  #waitWords = "";
  #told = []; // what state() was told last

  /** `actions`: see answer.js, and hurry(), edit(item) for what could not be sent. */
  constructor(page, actions) {
    this.#page = page;
    this.#actions = actions;
    this.log = $("log");
    this.stream = $("stream");
    this.unsent = h("div", { class: "unsent" });
    this.log.after(this.unsent);
    const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
    this.#typing = h("div", { class: "typing", hidden: true }, dots, h("span", { role: "status" }));
    this.unsent.after(this.#typing);
    this.#signs = new Signs(page.texts, this.log, this.#typing, () => this.#atEnd() && this.#toEnd());
    this.#wait = new Wait(page.texts, () => actions.waiting(), (words) => {
      this.#waitWords = words;
      this.state(...this.#told);
    });
    $("newer").addEventListener("click", () => this.#toEnd());
    // The input growing, or a keyboard coming up, must not hide the end of what was being read.
    let end = true;
    const scrolled = () => {
      end = this.#atEnd();
      if (end) $("newer").hidden = true;
    };
    this.stream.addEventListener("scroll", scrolled, { passive: true });
    new ResizeObserver(() => end && this.#started && this.#toEnd("instant")).observe(this.stream);
  }

  get #started() {
    return this.log.hasChildNodes() || this.#pending.size > 0;
  }

  /** Fills in what was said before without reading it all aloud. */
  quietly(done) {
    this.log.setAttribute("aria-live", "off");
    done.finally(() => setTimeout(() => this.log.setAttribute("aria-live", "polite"), 500));
  }

  received(messages, key) {
    const wasAtEnd = this.#atEnd();
    const quiet = this.log.getAttribute("aria-live") === "off";
    this.#stopTyping();
    const elements = messages.map((message) => this.#append(message));
    this.#signs.said(messages);
    this.#title.said(messages);
    settleContacts(this.log, messages);
    this.#actions.said(messages, Boolean(key));
    this.#mark();
    if (key && this.#pending.has(key)) this.removed(key);
    const ours = !quiet && (key || messages.at(-1)?.away); // a notice with a form is read from its beginning too
    if (ours) this.#toExchange(elements[0]);
    else if (wasAtEnd || quiet) this.#toEnd(quiet ? "instant" : "smooth");
    else $("newer").hidden = false;
  }

  #append(message) {
    const language = messageLanguage(message);
    const author = message.author;
    const last = this.log.lastElementChild;
    const element = h(
      "div",
      {
        class: `message from-${author}${last?.dataset.author === author ? " again" : ""}`,
        "data-id": message.id,
        "data-seq": message.seq,
        "data-author": author,
        "data-kind": message.kind ?? null,
        lang: language === this.#page.language ? null : tag(language),
      },
      this.#name(author, message.agent),
      ...content(message, this.#page, this.#actions),
      author === "system" ? null : h("time", { datetime: message.created_at }, new Date(message.created_at).toLocaleTimeString(tag(this.#page.language), CLOCK)),
    );
    this.log.append(element);
    return element;
  }

  #name(author, person) {
    const { texts, language } = this.#page;
    if (author === "system") return null;
    const colleague = person ? `${texts.agent} ${person}` : texts.agent;
    const names = { customer: [texts.you], bot: [texts.bot, "assistant"], agent: [colleague, "person"] };
    const [words, symbol] = names[author];
    return h(
      "p",
      { class: author === "customer" ? "name unseen" : "name", lang: tag(language) },
      symbol ? h("span", { class: "face" }, icon(symbol)) : null,
      words,
    );
  }

  queued(item) {
    const { texts } = this.#page;
    const said =
      item.kind === "person"
        ? [h("p", { class: "event" }, icon("person"), h("span", {}, texts.connecting))]
        : [this.#name("customer"), h("div", { class: "bubble words" }, item.text)];
    const author = item.kind === "person" ? "system" : "customer";
    const element = h("div", { class: `message from-${author}` }, ...said, h("p", { class: "delivery" }));
    this.#pending.set(item.key, element);
    this.unsent.append(element);
    this.#mark();
    this.#showDelivery();
    this.#toEnd();
  }

  removed(key) {
    this.#pending.get(key)?.remove();
    this.#pending.delete(key);
    this.#showAway();
  }

  refused(item) {
    const { texts } = this.#page;
    const element = this.#pending.get(item.key);
    const why = item.refused === "too-large" ? texts.too_long : texts.refused;
    element.classList.add("refused");
    element.querySelector(".delivery").replaceChildren(
      h("span", { class: "sign" }, icon("alert"), `${texts.failed} · ${why}`),
      h("button", { type: "button", class: "link", onclick: () => this.#actions.edit(item) }, texts.edit),
    );
  }

  busy(item) {
    this.#stopTyping();
    if (item === null) return;
    this.#typingTimer = setTimeout(() => {
      this.#typing.hidden = this.#away !== null || this.#state === "open" || item.kind !== "message";
      if (this.#typing.hidden) return;
      this.#typing.lastChild.textContent = this.#page.texts.typing;
      this.#toEnd();
    }, PATIENT_MS);
  }

  #stopTyping() {
    clearTimeout(this.#typingTimer);
    this.#typing.hidden = true;
    this.#typing.lastChild.textContent = "";
  }

  away(reason) {
    if (reason) this.#stopTyping();
    if (reason === this.#away) return;
    this.#away = reason;
    this.#showAway();
    this.#showDelivery();
  }

  #showAway() {
    const { texts, contacts } = this.#page;
    const notice = $("notice");
    const waiting = [...this.#pending.values()].some((element) => !element.classList.contains("refused"));
    const offline = waiting ? texts.offline : texts.reconnecting;
    const words = { offline, unavailable: texts.unavailable }[this.#away] ?? "";
    if (notice.dataset.words === words) return;
    notice.dataset.words = words;
    notice.replaceChildren();
    if (!words) return;
    const call = contacts.phone ? ` ${texts.or_call} ${contacts.phone}` : "";
    const mail = contacts.email ? ` ${texts.or_mail} ${contacts.email}` : "";
    const hurry = () => this.#actions.hurry();
    notice.append(icon("alert"), h("p", {}, ...linked(words + call + mail, this.#page)));
    if (waiting) notice.append(h("button", { type: "button", class: "button small", onclick: hurry }, texts.retry));
  }

  #showDelivery() {
    const { texts } = this.#page;
    for (const element of this.#pending.values()) {
      if (element.classList.contains("refused")) continue;
      const sign = element.querySelector(".delivery");
      if (this.#away) sign.replaceChildren(icon("clock"), texts.waiting);
      else sign.replaceChildren(texts.sending);
      element.classList.toggle("waiting", this.#away !== null);
    }
  }

  /** A colleague is writing. */
  typing() {
    this.#signs.typing();
  }

  /** How far the customer's messages got. */
  marked(kind, seq) {
    this.#signs.marked(kind, seq);
  }

  state(state, handoff, agent) {
    this.#told = [state, handoff, agent];
    this.#state = state;
    this.#signs.withPerson(state === "open");
    this.#wait.set(state === "open" && !agent && handoff !== null);
    const { texts } = this.#page;
    const person = state === "open";
    const shown = person && handoff ? `${texts.reference} ${handoff.reference}` : "";
    const withPerson = agent ? texts.with_agent.replace("{name}", agent.name) : this.#waitWords || texts.with_person;
    const title = person ? withPerson : texts.status_bot;
    if ($("state").dataset.shown === title + shown) return;
    $("state").dataset.shown = title + shown;
    $("state").classList.toggle("with-person", person);
    $("state").querySelector("use").setAttribute("href", `static/icons.svg#${person ? "person" : "assistant"}`);
    $("state-title").textContent = title;
    $("state-more").textContent = shown;
    $("state-more").hidden = !shown;
  }

  /** Bring the notice of the hand-off into view, for whoever asks for a person again. */
  showHandoff() {
    const notices = this.log.querySelectorAll(".handoff");
    const newest = notices[notices.length - 1];
    newest?.scrollIntoView({ block: "center", behavior: motion() });
    newest?.focus({ preventScroll: true });
  }

  lost() {
    if (!this.log.hasChildNodes()) return;
    const words = h("span", {}, this.#page.texts.ended);
    this.log.append(h("div", { class: "message from-system" }, h("p", { class: "event" }, icon("new"), words)));
  }

  cleared() {
    this.log.replaceChildren();
    this.unsent.replaceChildren();
    this.#pending.clear();
    this.#stopTyping();
    this.#actions.cleared();
    this.#signs.cleared();
    this.#mark();
    $("newer").hidden = true;
    this.stream.scrollTop = 0;
  }

  /** Whether anything was said changes what the page offers. */
  #mark() {
    document.body.classList.toggle("started", this.#started);
    $("restart").hidden = !this.#started;
    if ($("again")) $("again").hidden = !this.#started;
  }

  #atEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.stream;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  #toEnd(behavior = motion()) {
    this.stream.scrollTo({ top: this.stream.scrollHeight, behavior });
  }

  /** Show an exchange from its question on: a long answer is read from its beginning. */
  #toExchange(first) {
    const below = first.getBoundingClientRect().top - this.stream.getBoundingClientRect().top;
    this.stream.scrollTo({ top: this.stream.scrollTop + below - 12, behavior: motion() });
  }
}

const motion = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth");
