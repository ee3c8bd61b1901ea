// The input: grows with its text, sends on Enter, breaks the line on Shift+Enter, and leaves the input method alone.

import { guard } from "./guard.js";
import * as keep from "./keep.js";
import { mask } from "./secrets.js";

const NEARLY_FULL = 0.9;

export class Composer {
  #form = document.getElementById("composer");
  #input = document.getElementById("input");
  #left = document.getElementById("left");
  #page;

  constructor(page, send) {
    this.#page = page;
    this.#form.addEventListener("submit", async (event) => {
      event.preventDefault();
      this.#input.focus();
      const typed = this.#input.value;
      const text = typed.trim() && (await guard(typed.trim(), page));
      if (!text || this.#input.value !== typed) return;
      this.fill("");
      send(text);
    });
    this.#input.addEventListener("keydown", (event) => {
      // While an input method composes, Enter accepts its suggestion. Safari says so only by the old code 229.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#form.requestSubmit();
    });
    this.#input.addEventListener("input", () => this.#changed());
    this.fill(this.#input.value || keep.draft()); // somebody may have been quicker than this script
  }

  fill(text) {
    this.#input.value = text;
    this.#changed();
  }

  focus() {
    this.#input.focus();
  }

  #changed() {
    const { value, style } = this.#input;
    keep.keepDraft(mask(value));
    this.#form.classList.toggle("empty", !value.trim());
    const left = this.#page.maxChars - value.length;
    const tell = value.length > NEARLY_FULL * this.#page.maxChars;
    this.#left.textContent = tell ? this.#page.texts.left.replace("{n}", left) : "";
    style.height = "auto";
    style.height = `${this.#input.scrollHeight}px`; // its most is in the style sheet
  }
}
