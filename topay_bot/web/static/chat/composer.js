// The input: grows with its text, sends on Enter, breaks the line on Shift+Enter, and leaves the input method alone.

import * as keep from "./keep.js";

const NEARLY_FULL = 0.9;

export class Composer {
  #form = document.getElementById("composer");
  #input = document.getElementById("input");
  #left = document.getElementById("left");
  #page;

  constructor(page, send) {
    this.#page = page;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.#input.value.trim();
      this.#input.focus();
      if (!text) return;
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
    this.fill(keep.draft());
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
    keep.keepDraft(value);
    this.#form.classList.toggle("empty", !value.trim());
    const left = this.#page.maxChars - value.length;
    const tell = value.length > NEARLY_FULL * this.#page.maxChars;
    this.#left.textContent = tell ? this.#page.texts.left.replace("{n}", left) : "";
    style.height = "auto";
    style.height = `${this.#input.scrollHeight}px`; // its most is in the style sheet
  }
}
