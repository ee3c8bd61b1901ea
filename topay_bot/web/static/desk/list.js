// The list of conversations on the page, its views, counts and search.

import { h, icon, languageOf, tag } from "../chat/dom.js";
import { unread } from "./inbox.js";
import * as keep from "./keep.js";
import { keyed } from "./keyed.js";
import { $, page, say, sayOf, topicOf } from "./page.js";
import { shortTime, showTimer } from "./time.js";

const TYPING_PAUSE_MS = 300;

export class List {
  #inbox;
  #agent;
  #current = () => null;
  #toFirst = false; // the first row is to be focused as soon as there is one

  /** `current()` gives the id of the open conversation; `takeNext()` takes the first one of the queue. */
  constructor(inbox, agent, { current, takeNext }) {
    this.#inbox = inbox;
    this.#agent = agent;
    this.#current = current;
    for (const button of this.#views) button.addEventListener("click", () => this.show(button.dataset.view));
    $("more").addEventListener("click", () => inbox.more());
    $("next").addEventListener("click", takeNext);
    this.#searching();
  }

  get #views() {
    return $("views").querySelectorAll("[data-view]");
  }

  show(view) {
    this.#emptySearch();
    this.#inbox.show(view);
    $("rows-frame").scrollTop = 0;
  }

  draw() {
    const { items, view, search, loaded } = this.#inbox;
    const counts = this.#inbox.counts ?? {};
    const current = this.#current();
    keyed(
      $("rows"),
      items.map((item) => {
        const mine = item.agent?.id === this.#agent.id;
        const marks = [item.id === current, mine && unread(item), keep.hasDraft(item.id)];
        const { waiting_seconds: runsByItself, ...shown } = item;
        return { key: item.id, sign: JSON.stringify([shown, marks]), make: () => this.#row(item, marks) };
      }),
    );
    for (const button of this.#views) {
      const name = button.dataset.view;
      button.setAttribute("aria-current", String(name === view && !search));
      const count = button.querySelector(".count");
      count.textContent = counts[name] ?? "";
      count.hidden = !counts[name];
      count.classList.toggle("alarm", name === "waiting" && counts.urgent > 0);
      count.classList.toggle("unread", name === "mine" && this.#inbox.unread > 0);
    }
    $("found").hidden = !search;
    $("next").hidden = !counts.waiting || Boolean(search) || view !== "waiting";
    $("more").hidden = !this.#inbox.cursor;
    $("empty").hidden = items.length > 0;
    const words = loaded ? say(`empty_${search ? "found" : view}`) : say("loading");
    if ($("empty").textContent !== words) $("empty").textContent = words;
    if (this.#toFirst && loaded) {
      this.#toFirst = false;
      $("rows").querySelector("a")?.focus();
    }
  }

  #row(item, [current, isUnread, hasDraft]) {
    const last = item.last_message;
    return h(
      "li",
      { class: `row ${item.priority}${current ? " current" : ""}${isUnread ? " unread" : ""}` },
      h(
        "a",
        { href: `#${item.id}`, "aria-current": current ? "true" : null },
        h(
          "span",
          { class: "row-top" },
          isUnread ? h("span", { class: "dot", role: "img", "aria-label": say("unread") }) : null,
          h("span", { class: "row-title" }, topicOf(item)),
          timeOf(item),
        ),
        last ? h("span", { class: "row-last", lang: tag(languageOf(last.text)) }, who(last.author), last.text) : null,
        h("span", { class: "row-tags" }, ...this.#tags(item, hasDraft)),
      ),
    );
  }

  #tags(item, hasDraft) {
    const { agent } = item;
    const owner = agent?.id === this.#agent.id ? say("by_me") : agent?.name;
    return [
      ["urgent", "high"].includes(item.priority) ? tagOf(sayOf("priority", item.priority), item.priority) : null,
      item.reason && item.reason !== "urgent" ? tagOf(sayOf("reason", item.reason)) : null,
      item.language !== page.language ? tagOf(sayOf("language", item.language)) : null,
      item.state === "open" || item.state === this.#inbox.view ? null : tagOf(sayOf("state", item.state)),
      owner && this.#inbox.view !== "mine" ? tagOf(owner, "owner") : null,
      hasDraft ? tagOf(say("draft"), "draft") : null,
    ];
  }

  /** Move to the next (1) or the one before (-1) of the rows. */
  move(step) {
    const links = [...$("rows").querySelectorAll("a")];
    if (!links.length) return;
    let at = links.indexOf(document.activeElement);
    if (at < 0) at = links.findIndex((link) => link.hasAttribute("aria-current"));
    const to = at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(links.length - 1, Math.max(0, at + step));
    links[to].focus();
    links[to].scrollIntoView({ block: "nearest" });
  }

  focusSearch() {
    $("words").focus();
    $("words").select();
  }

  #searching() {
    let timer;
    const find = () => {
      clearTimeout(timer);
      const [q, since, until] = ["words", "since", "until"].map((id) => $(id).value.trim());
      const wish = q || since || until ? { q, since: dayStart(since), until: dayEnd(until) } : null;
      if (JSON.stringify(wish) !== JSON.stringify(this.#inbox.search)) this.#inbox.find(wish);
    };
    $("search").addEventListener("submit", (event) => {
      event.preventDefault();
      find();
      this.#toFirst = true;
      this.draw();
    });
    $("search").addEventListener("input", (event) => {
      clearTimeout(timer);
      if (!event.isComposing) timer = setTimeout(find, TYPING_PAUSE_MS);
    });
    $("words").addEventListener("compositionend", () => (timer = setTimeout(find, TYPING_PAUSE_MS)));
    $("words").addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") this.move(1);
      if (event.key !== "Escape" || event.isComposing) return;
      this.endSearch();
      $("rows").querySelector("a")?.focus();
    });
    $("dates-open").addEventListener("click", () => {
      const open = $("dates").hidden;
      $("dates").hidden = !open;
      $("dates-open").setAttribute("aria-expanded", String(open));
      if (open) $("since").focus();
    });
    $("clear").addEventListener("click", () => {
      this.endSearch();
      $("words").focus();
    });
  }

  endSearch() {
    this.#emptySearch();
    if (this.#inbox.search) this.#inbox.find(null);
  }

  #emptySearch() {
    for (const id of ["words", "since", "until"]) $(id).value = "";
  }
}

const tagOf = (words, kind = "") => h("span", { class: `tag ${kind}` }, words);

/** The customer's own words need no name before them. */
const who = (author) => (author === "customer" ? null : h("span", { class: "row-who" }, `${say(author === "agent" ? "colleague" : author)}: `));

/** A running timer while the customer waits, else when the last word fell. */
function timeOf(item) {
  if (item.waiting_since && item.state === "open") {
    const timer = h("time", { "data-since": item.waiting_since, "data-due": item.due_at });
    showTimer(timer);
    return timer;
  }
  const at = item.last_message?.created_at;
  return at ? h("time", { class: "still", datetime: at }, shortTime(at)) : null;
}

// A day is the agent's own, in the browser's time zone; the last day is within.
const dayStart = (day) => (day ? new Date(`${day}T00:00`).toISOString() : null);
const dayEnd = (day) => (day ? new Date(new Date(`${day}T00:00`).getTime() + 24 * 3600 * 1000).toISOString() : null);
