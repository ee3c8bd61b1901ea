// Being noticed: a short sound and the number in the title. The sound is computed, there is no file.

import * as keep from "./keep.js";
import { say } from "./page.js";

// Notes in hertz; each begins NOTE_SECONDS after the one before.
const TUNES = { handoff: [660, 880], urgent: [880, 1175, 880, 1175], message: [740] };
const NOTE_SECONDS = 0.16;
const FADE_SECONDS = 0.35;
const LOUDNESS = 0.12;
const GAP_MS = 1500; // a crowd that arrives together rings once

export class Alarm {
  muted = keep.choice("muted", false);
  #context = null;
  #lastRing = 0;
  #title = document.title;

  constructor() {
    // A browser lets a page sound only after its user did something.
    for (const kind of ["pointerdown", "keydown"]) {
      document.addEventListener(kind, () => this.#wake(), { once: true, capture: true });
    }
  }

  #wake() {
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") this.#context.resume().catch(() => {});
  }

  toggle() {
    this.muted = !this.muted;
    keep.keepChoice("muted", this.muted);
    if (!this.muted) this.#play(TUNES.message);
  }

  /** `kind`: "handoff", "urgent" or "message". */
  ring(kind) {
    if (this.muted || Date.now() - this.#lastRing < GAP_MS) return;
    this.#lastRing = Date.now();
    this.#play(TUNES[kind]);
  }

  #play(tune) {
    const context = this.#context;
    if (context?.state !== "running") return;
    tune.forEach((hertz, place) => {
      const begin = context.currentTime + place * NOTE_SECONDS;
      const tone = new OscillatorNode(context, { type: "sine", frequency: hertz });
      const loudness = new GainNode(context, { gain: 0 });
      loudness.gain.setValueAtTime(0, begin);
      loudness.gain.linearRampToValueAtTime(LOUDNESS, begin + 0.02);
      loudness.gain.exponentialRampToValueAtTime(0.0001, begin + FADE_SECONDS);
      tone.connect(loudness).connect(context.destination);
      tone.start(begin);
      tone.stop(begin + FADE_SECONDS);
    });
  }

  /** How many wait for somebody, how many of ours wrote, and whether something urgent is among the first. */
  badge({ waiting = 0, urgent = 0 }, unread) {
    const count = waiting + unread;
    const title = `${urgent ? "❗" : ""}${count ? `(${count}) ` : ""}${this.#title}`;
    if (document.title !== title) document.title = title;
  }

  get words() {
    return say(this.muted ? "unmute" : "mute");
  }
}
