// Suggestions of questions while the customer types, as a list box above the input.
//
// The input is a text area, which ARIA lets be nothing but a text box; a text box may own a list through
// aria-controls and name its present option through aria-activedescendant. What a combo box would tell by
// aria-expanded, a status message tells in words.

import * as api from "./api.js";
import { h, icon, tag } from "./dom.js";
import { find } from "./secrets.js";

const PAUSE_MS = 120; // after a key; what is typed faster is one question
const LONGEST = 40; // characters; longer texts are no beginning of a question any more
const FIGURE = /\d{4}/; // may become an order or a card number: nothing to look up, and to be sent to nobody yet

export class Suggestions {
  #input;
  #page;
  #choose;
  #wanted;
  #list;
  #status;
  #found = [];
  #active = -1;
  #timer;
  #asking = null;

  /** `choose(text, article)` asks the question; `wanted()` tells whether suggestions are of use now. */
  constructor(page, choose, wanted) {
    this.#page = page;
    this.#choose = choose;
    this.#wanted = wanted;
    this.#input = document.getElementById("input");
    this.#list = document.getElementById("suggestions");
    this.#status = document.getElementById("suggested");
    this.#input.addEventListener("input", () => this.#typed());
    this.#input.addEventListener("blur", () => this.hide());
    // In the capturing phase: a key that is meant for the list goes no further.
    this.#input.addEventListener("keydown", (event) => this.#key(event), { capture: true });
    // The focus stays in the input.
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.#take(Number(option.dataset.place));
    });
  }

  hide() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#show([]);
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    const typed = this.#input.value.trim();
    const fits = typed && typed.length <= LONGEST && !typed.includes("\n") && !FIGURE.test(typed);
    if (!fits || !this.#wanted() || find(typed).length) this.#show([]);
    else this.#timer = setTimeout(() => this.#ask(typed), PAUSE_MS);
  }

  async #ask(typed) {
    const asking = (this.#asking = new AbortController());
    try {
      const { suggestions } = await api.suggest(typed, this.#page.language, asking.signal);
      // Sent or emptied meanwhile, it is no question any more that one could begin.
      if (!asking.signal.aborted && this.#input.value.trim() === typed) this.#show(suggestions, typed);
    } catch {
      // A help that may be missing: the server away, or no suggestions there.
      if (!asking.signal.aborted) this.#show([]);
    }
  }

  #show(found, typed = "") {
    this.#found = found;
    this.#list.replaceChildren(
      ...found.map((item, place) =>
        h(
          "li",
          {
            role: "option",
            id: `suggestion-${place}`,
            class: "suggestion",
            "aria-selected": "false",
            "data-place": place,
            "data-article": item.article,
            lang: tag(item.language),
          },
          icon("search"),
          h("span", {}, ...marked(item.text, typed)),
        ),
      ),
    );
    this.#list.hidden = !found.length;
    this.#activate(-1);
    const said = found.length ? this.#page.texts.suggested.replace("{n}", found.length) : "";
    if (this.#status.textContent !== said) this.#status.textContent = said;
  }

  #activate(place) {
    this.#active = place;
    this.#list.childNodes.forEach((option, at) => {
      option.setAttribute("aria-selected", String(at === place));
      if (at === place) option.scrollIntoView({ block: "nearest" });
    });
    if (place < 0) this.#input.removeAttribute("aria-activedescendant");
    else this.#input.setAttribute("aria-activedescendant", `suggestion-${place}`);
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (this.#list.hidden) {
      if (event.key === "Enter") this.hide(); // nor may what is still being asked come after the answer
      return;
    }
    const count = this.#found.length;
    if (event.key === "ArrowDown") this.#activate(this.#active + 1 < count ? this.#active + 1 : -1);
    else if (event.key === "ArrowUp") this.#activate(this.#active < 0 ? count - 1 : this.#active - 1);
    else if (event.key === "Escape") this.hide();
    else if (event.key === "Enter" && this.#active >= 0) this.#take(this.#active);
    else {
      if (event.key === "Enter") this.hide(); // what was typed is sent as it is
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  #take(place) {
    const { text, article } = this.#found[place];
    this.hide();
    this.#choose(text, article);
  }
}

/** The text, with the part that was typed standing out. */
function marked(text, typed) {
  const at = text.toLowerCase().indexOf(typed.toLowerCase());
  if (!typed || at < 0) return [text];
  return [text.slice(0, at), h("b", {}, text.slice(at, at + typed.length)), text.slice(at + typed.length)];
}
