// Where an agent writes: a reply to the customer or a note for colleagues, each with a draft of its own that is kept
// for every conversation.

import { h, icon } from "../chat/dom.js";
import * as keep from "./keep.js";
import { $, page, say } from "./page.js";

const NEARLY_FULL = 0.9;

export class Composer {
  #input = $("input");
  #draft = null;
  #id = null;
  #rights = { reply: "yes" };
  #listener;

  /** `listener` is told: write(kind, text, article), typing(), drafted(), pickReply(), claim(), reopen(). */
  constructor(listener) {
    this.#listener = listener;
    $("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    this.#input.addEventListener("input", () => {
      this.#changed();
      if (this.mode === "reply") listener.typing();
    });
    for (const radio of $("composer").elements.mode) {
      radio.addEventListener("change", () => {
        this.#setMode(radio.value);
        this.#input.focus();
      });
    }
    $("replies-open").addEventListener("click", () => listener.pickReply());
  }

  get mode() {
    return this.#draft?.mode ?? "reply";
  }

  /** Whether there is a reply that was not sent. */
  get unsentReply() {
    return Boolean(this.#draft?.reply.trim());
  }

  open(id) {
    this.#id = id;
    this.#draft = keep.draft(id);
    this.#setMode(this.#draft.mode);
  }

  /** What may be done now: see rights() in talk.js. `owner` is who has the conversation. */
  allow(rights, owner) {
    this.#rights = { ...rights, owner };
    this.#show();
  }

  write(mode) {
    if (!this.#draft) return;
    this.#setMode(mode);
    (this.#input.disabled ? $("standing").querySelector("button") : this.#input)?.focus();
  }

  /** Put a text in where the cursor is; `article` says where it is from. */
  insert(text, article = null) {
    if (this.#rights.reply === "yes" || this.#rights.reply === "takes" || this.mode === "reply") this.#setMode("reply");
    const { value, selectionStart: from, selectionEnd: to } = this.#input;
    const before = value.slice(0, from);
    const gap = before && !before.endsWith("\n") ? "\n" : "";
    this.#input.setRangeText(gap + text, from, to, "end");
    if (article) this.#draft.article = article;
    this.#changed();
    if (!this.#input.disabled) this.#input.focus();
    this.#input.scrollTop = this.#input.scrollHeight;
  }

  /** Give back a text that could not be sent, before whatever was begun meanwhile. */
  restore(kind, text) {
    const begun = this.#draft[kind];
    this.#draft[kind] = begun ? `${text}\n${begun}` : text;
    this.#setMode(kind);
    this.#input.focus();
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229) return; // the input method's own; Safari says so by the code
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "/" && this.mode === "reply" && !this.#input.value) {
      event.preventDefault();
      this.#listener.pickReply();
    }
  }

  #submit() {
    const text = this.#input.value.trim();
    if (!text || this.#input.disabled || text.length > page.maxChars) return;
    const { article } = this.#draft;
    const { mode } = this;
    this.#draft[mode] = "";
    if (mode === "reply") this.#draft.article = null;
    this.#setMode("reply");
    this.#listener.write(mode, text, mode === "reply" ? article : null);
    this.#input.focus();
  }

  #setMode(mode) {
    this.#draft.mode = mode;
    for (const radio of $("composer").elements.mode) radio.checked = radio.value === mode;
    this.#input.value = this.#draft[mode];
    this.#changed();
    this.#show();
  }

  #changed() {
    const had = keep.hasDraft(this.#id);
    this.#draft[this.mode] = this.#input.value;
    if (this.mode === "reply" && !this.#input.value.trim()) this.#draft.article = null;
    keep.keepDraft(this.#id, this.#draft);
    if (had !== keep.hasDraft(this.#id)) this.#listener.drafted();
    const length = this.#input.value.trim().length;
    const left = page.maxChars - length;
    const near = length > NEARLY_FULL * page.maxChars;
    $("left").textContent = left < 0 ? say("too_long", { n: -left }) : near ? say("left", { n: left }) : "";
    $("left").classList.toggle("bad", left < 0);
    const { article } = this.#draft;
    $("from-article").textContent = this.mode === "reply" && article ? say("from_article", { title: article.title }) : "";
    this.#input.style.height = "auto";
    this.#input.style.height = `${this.#input.scrollHeight + 2}px`; // its most is in the style sheet
  }

  /** The look of it: note or reply, and why a reply cannot be written where it cannot. */
  #show() {
    const isNote = this.mode === "note";
    const { reply, owner } = this.#rights;
    const closed = !isNote && reply !== "yes" && reply !== "takes";
    $("composer").classList.toggle("noting", isNote);
    $("composer").classList.toggle("closed", closed);
    this.#input.disabled = closed;
    this.#input.placeholder = say(isNote ? "note_placeholder" : "reply_placeholder");
    $("input-label").textContent = say(isNote ? "note" : "reply_to");
    $("send").textContent = say(isNote ? "send_note" : "send");
    $("takes").textContent = !isNote && reply === "takes" ? say("takes") : "";
    const words = closed ? say({ other: "owned_by_other", bot: "with_bot", resolved: "is_resolved" }[reply], { name: owner }) : "";
    $("standing").hidden = !words;
    if ($("standing").dataset.words === words) return;
    $("standing").dataset.words = words;
    const button = (key, run) => h("button", { type: "button", class: "button small", onclick: run }, say(key));
    $("standing").replaceChildren(
      icon("info"),
      h("span", {}, words),
      ...(reply === "bot" ? [button("claim", () => this.#listener.claim())] : []),
      ...(reply === "resolved" ? [button("reopen", () => this.#listener.reopen())] : []),
    );
  }
}
