// The launcher and the panel with the chat's frame. Loaded by widget.js once the desk has answered.
//
// The page may have changed built-in objects: nothing here iterates with `for in` or serialises arrays.

import { COVERS, STYLE } from "./style.js";

const FRAME_PATIENCE_MS = 15_000;
const AFTER_LOAD_MS = 1000;
const TALK =
  "M5 5.5h14A1.5 1.5 0 0 1 20.5 7v9a1.5 1.5 0 0 1-1.5 1.5h-6L8.5 21v-3.5H5A1.5 1.5 0 0 1 3.5 16V7A1.5 1.5 0 0 1 5 5.5z" +
  "M8.5 10h7M8.5 13.3h4.5";
const CROSS = "m6 6 12 12M18 6 6 18";

/** One per page. `told` is what the desk answered; `page` is what widget.js has to offer. */
export class Panel {
  #page;
  #texts;
  #contacts;
  #language;
  #host = document.createElement("topay-widget");
  #root = this.#host.attachShadow({ mode: "open" });
  #dock = el("aside", { class: "dock" });
  #panel = el("div", { class: "panel", role: "dialog", tabindex: "-1" });
  #notice = el("div", { class: "notice" });
  #launcher = el("button", { class: "launcher", type: "button", "aria-haspopup": "dialog" });
  #label = el("span", { class: "label" });
  #badge = el("span", { class: "badge", "aria-hidden": "true", hidden: "" });
  #news = el("span", { class: "unseen", role: "status" });
  #frame = null;
  #ready = false; // the frame has said so
  #patience;
  #open = false;
  #unread = 0;
  #opener = null; // where the focus goes back to
  #focusWanted = false;

  constructor(told, page) {
    this.#page = page;
    ({ texts: this.#texts, contacts: this.#contacts, language: this.#language } = told);
    const { settings } = page;
    dress(this.#root, settings.nonce);
    if (settings.theme) this.#host.setAttribute("theme", settings.theme);
    if (settings.position === "left") this.#dock.classList.add("left");
    if (String(settings.launcher) === "false") this.#launcher.hidden = true;
    this.#launcher.append(glyph(TALK, "talk"), glyph(CROSS, "cross"), this.#label, this.#badge);
    this.#panel.append(this.#notice);
    this.#dock.append(this.#panel, this.#launcher, this.#news);
    this.#root.append(this.#dock);
    this.#listen();
    this.#describe();
    // Beside the body, and in the browser's top layer where there is one: what pages do to their body and root
    // (filters, transforms, the highest z-index) neither moves nor covers it.
    document.documentElement.append(this.#host);
    if (this.#host.showPopover) {
      this.#host.popover = "manual";
      this.#host.showPopover();
    }
  }

  #listen() {
    this.#launcher.addEventListener("click", () => this.toggle());
    this.#launcher.addEventListener("pointerenter", () => this.load()); // by the time of the click it is there
    this.#root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#open) return;
      event.stopPropagation();
      this.close();
    });
    window.addEventListener("message", (event) => {
      if (!this.#frame || event.source !== this.#frame.contentWindow || event.origin !== this.#page.base.origin) return;
      const type = event.data && event.data.topay;
      if (typeof type === "string") this.#heard(type, event.data);
    });
    // What another tab of this site kept for its frame.
    window.addEventListener("storage", (event) => {
      const key = this.#page.keptKey(event.key);
      if (key) this.#post("kept", { key, value: event.newValue });
    });
    // While the chat covers the page, the focus does not wander off beneath it.
    document.addEventListener("focusin", (event) => {
      if (this.#open && COVERS.matches && event.target !== this.#host) this.#focusIn();
    });
  }

  toggle() {
    if (this.#open) this.close();
    else this.open({ focus: true });
  }

  open({ focus }) {
    if (!this.#open && focus) this.#opener = this.#root.activeElement || document.activeElement;
    this.#open = true;
    this.#focusWanted = focus;
    this.#page.keepOpen(true);
    this.#panel.classList.add("open");
    this.#dock.classList.add("opened");
    this.load();
    this.#count(0);
    this.#post("shown", { open: true });
    if (focus) this.#focusIn();
    this.#page.tell("open");
  }

  close() {
    if (!this.#open) return;
    const inside = this.#root.activeElement !== null;
    this.#open = false;
    this.#page.keepOpen(false);
    this.#panel.classList.remove("open");
    this.#dock.classList.remove("opened");
    this.#describe();
    this.#post("shown", { open: false });
    if (inside) {
      const opener = this.#opener;
      const back = opener && opener.isConnected && opener !== document.body ? opener : this.#launcher;
      back.focus({ preventScroll: true });
    }
    this.#opener = null;
    this.#page.tell("close");
  }

  /** Fetch the chat, shown or not. */
  load() {
    if (this.#frame) return;
    const { base } = this.#page;
    this.#frame = el("iframe", { allow: "clipboard-write", title: this.#texts.panel, referrerpolicy: "no-referrer" });
    this.#frame.src = new URL(`widget?lang=${this.#language}`, base).href;
    this.#notice.replaceChildren(el("p", { role: "status" }, this.#texts.loading));
    // A page that has loaded and says nothing is the browser's own, about a server that is not there.
    this.#frame.addEventListener("load", () => {
      if (this.#ready) return;
      clearTimeout(this.#patience);
      this.#patience = setTimeout(() => this.#away(), AFTER_LOAD_MS);
    });
    this.#panel.append(this.#frame);
    this.#patience = setTimeout(() => this.#away(), FRAME_PATIENCE_MS);
  }

  #unload() {
    clearTimeout(this.#patience);
    // A new frame each time, not another address in the old one: that would add to the page's history.
    if (this.#frame) this.#frame.remove();
    this.#frame = null;
    this.#ready = false;
    this.#panel.classList.remove("ready");
  }

  /** The chat anew, for somebody else or in another language. */
  renew() {
    if (!this.#frame) return;
    this.#unload();
    this.#count(0);
    this.load();
  }

  translate(told) {
    if (told.language === this.#language) return;
    ({ texts: this.#texts, contacts: this.#contacts, language: this.#language } = told);
    this.#describe();
    this.renew();
  }

  /** The frame alone can forget what it keeps: it comes once more, hidden, to do so. */
  reset() {
    this.close();
    this.#unload();
    this.#count(0);
    this.load();
  }

  #post(type, more) {
    if (this.#ready) this.#frame.contentWindow.postMessage({ topay: type, ...more }, this.#page.base.origin);
  }

  #heard(type, said) {
    const page = this.#page;
    if (type === "ready") this.#becomeReady();
    else if (type === "close") this.close();
    else if (type === "unread") this.#count(this.#open ? 0 : Number(said.count) || 0);
    else if (type === "started") page.keepStarted(said.on === true);
    else if (type === "forgotten") page.forgotten();
    else if (type === "locale") page.choseLocale(said.language);
    else if (type === "keep") page.keep(said);
    else if (type === "refused") page.tell("refused");
  }

  #becomeReady() {
    clearTimeout(this.#patience);
    this.#ready = true;
    this.#panel.classList.add("ready");
    this.#notice.replaceChildren();
    this.#post("hello", { ...this.#page.hello(), open: this.#open });
    if (this.#open && this.#focusWanted) this.#focusIn();
  }

  /** The chat does not come: the telephone and e-mail remain. */
  #away() {
    this.#unload();
    const texts = this.#texts;
    const { phone, email, hours } = this.#contacts;
    const again = el("button", { type: "button" }, texts.retry);
    again.addEventListener("click", () => {
      this.load();
      this.#panel.focus();
    });
    const close = el("button", { type: "button" }, texts.close);
    close.addEventListener("click", () => this.close());
    const ways = el("ul", {});
    if (phone) ways.append(way(texts.phone, phone, `tel:${phone.replace(/ /g, "")}`));
    if (email) ways.append(way(texts.email, email, `mailto:${email}`));
    if (hours) ways.append(way(texts.hours, hours));
    this.#notice.replaceChildren(
      el("p", { role: "alert" }, texts.away),
      el("p", {}, texts.away_more),
      ways,
      again,
      close,
    );
    if (this.#open && this.#focusWanted) again.focus();
  }

  #focusIn() {
    if (!this.#ready) {
      this.#panel.focus();
      return;
    }
    this.#frame.focus();
    this.#post("focus");
  }

  #count(count) {
    if (count !== this.#unread) {
      this.#unread = count;
      this.#page.tell("unread", { count });
    }
    this.#describe();
  }

  /** The words, and what assistive technology is told. */
  #describe() {
    const texts = this.#texts;
    const count = this.#unread && !this.#open ? texts.unread.replace("{n}", this.#unread) : "";
    this.#host.lang = this.#language === "zh" ? "zh-CN" : "en";
    this.#dock.setAttribute("aria-label", texts.launcher);
    this.#panel.setAttribute("aria-label", texts.panel);
    this.#label.textContent = texts.launcher;
    this.#launcher.setAttribute("aria-expanded", String(this.#open));
    const name = this.#open ? texts.close : count ? `${texts.launcher}, ${count}` : texts.launcher;
    this.#launcher.setAttribute("aria-label", name);
    this.#launcher.title = this.#open ? texts.close : texts.open;
    this.#badge.textContent = this.#unread > 9 ? "9+" : String(this.#unread);
    this.#badge.hidden = !count;
    if (this.#news.textContent !== count) this.#news.textContent = count;
  }
}

function way(name, value, href) {
  return el("li", {}, `${name} `, href ? el("a", { href }, value) : value);
}

function el(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const key of Object.keys(attributes)) element.setAttribute(key, attributes[key]);
  element.append(...children);
  return element;
}

function glyph(path, name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", name);
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** By a constructed sheet, which no Content-Security-Policy of a page forbids; older browsers need style-src. */
function dress(root, nonce) {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = el("style", nonce ? { nonce } : {});
    style.textContent = STYLE;
    root.append(style);
  }
}
