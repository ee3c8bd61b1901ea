// The chat page inside the widget's frame: it and the page around it talk by messages, and by nothing else.
//
// Messages are taken from the parent window only, and only when the browser says that it is a site on the list. The
// first one from here holds nothing and may go to anybody; all others go to that site's origin.

import * as api from "./api.js";
import * as keep from "./keep.js";
import { Pace } from "./pace.js";

const $ = (id) => document.getElementById(id);

/** Waits for the page around the frame, and settles what may be shown. Gives null where there is no such page. */
export async function connect(page) {
  if (window.parent === window) {
    document.body.classList.remove("framed"); // opened as a page of its own, it is one
    $("frame-close").hidden = true;
    return null;
  }
  const frame = new Frame(page);
  await frame.greet();
  return frame;
}

class Frame {
  #page;
  #origin = null;
  #open = false;
  #unread = -1;
  #started = null;

  constructor(page) {
    this.#page = page;
  }

  /** The first exchange. Only after it is known whose conversation may be shown. */
  async greet() {
    const hello = await new Promise((resolve) => {
      window.addEventListener("message", (event) => {
        if (event.source !== window.parent || !this.#page.sites.includes(event.origin)) return;
        const said = event.data;
        if (said?.topay === "hello" && this.#origin === null) {
          this.#origin = event.origin;
          resolve(said);
        } else if (this.#origin === event.origin) this.#heard(said);
      });
      window.parent.postMessage({ topay: "ready" }, "*");
    });
    this.#open = hello.open === true;
    if (!keep.works()) keep.elsewhere(hello.kept, (area, key, value) => this.#tell("keep", { area, key, value }));
    if (hello.forget) {
      keep.forgetAll();
      this.#tell("forgotten");
    }
    if (hello.user) await this.#identify(hello.user);
  }

  /** Whoever cannot be proven sees nothing of what anybody said before, and leaves nothing behind. */
  async #identify(user) {
    const pace = new Pace(1000, 10_000);
    for (;;) {
      try {
        keep.belongTo(await api.identity(user));
        return;
      } catch (error) {
        if (error instanceof api.Problem && error.final) {
          keep.nowhere();
          this.#tell("refused");
          $("unproven").hidden = false;
          return;
        }
        $("notice").textContent = this.#page.texts.reconnecting;
        await pace.wait();
        $("notice").textContent = "";
      }
    }
  }

  /** From now on the page around learns of news, and Escape and the button close the panel; `looked` hears of a look. */
  attend(log, unsent, looked) {
    const look = (this.#look = () => this.#watch(log, unsent, looked));
    new MutationObserver(look).observe(log, { childList: true });
    new MutationObserver(look).observe(unsent, { childList: true });
    document.addEventListener("visibilitychange", look);
    keep.onSeenElsewhere(look);
    $("frame-close").addEventListener("click", () => this.#tell("close"));
    document.querySelector(".switch").addEventListener("click", (event) => {
      event.preventDefault();
      this.#tell("locale", { language: event.currentTarget.hreflang });
    });
    // Capturing, to see what else Escape would close, before it does.
    window.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Escape" || event.isComposing || document.querySelector("dialog[open], .help.open")) return;
        if ($("suggestions").hidden) this.#tell("close");
      },
      { capture: true },
    );
    look();
  }

  #look = () => {}; // until there is something to look at

  #watch(log, unsent, looked) {
    const messages = [...log.querySelectorAll("[data-seq]")];
    const newest = Math.max(0, ...messages.map((one) => Number(one.dataset.seq)));
    const id = keep.conversation()?.id;
    if (id && this.#open && document.visibilityState === "visible") {
      keep.keepSeen({ id, seq: newest });
      looked();
    }
    const seen = keep.seen();
    const seq = seen && seen.id === id ? seen.seq : 0;
    const unread = messages.filter((one) => one.dataset.author !== "customer" && Number(one.dataset.seq) > seq).length;
    if (unread !== this.#unread) this.#tell("unread", { count: (this.#unread = unread) });
    const started = messages.length > 0 || unsent.hasChildNodes();
    if (started !== this.#started) this.#tell("started", { on: (this.#started = started) });
  }

  #heard(said) {
    if (said?.topay === "shown") {
      this.#open = said.open === true;
      this.#look();
    } else if (said?.topay === "kept") {
      keep.changedElsewhere(said.key, said.value);
    } else if (said?.topay === "focus") {
      // On a touch screen the input would bring up the keyboard, over what is to be read first.
      if (matchMedia("(hover: hover) and (pointer: fine)").matches) $("input").focus();
      else document.querySelector(".brand").focus();
    }
  }

  #tell(type, more) {
    window.parent.postMessage({ topay: type, ...more }, this.#origin);
  }
}
