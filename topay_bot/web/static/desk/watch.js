// Looking again and again for what is new, and telling the agent while the server cannot be reached.

import { Pace } from "../chat/pace.js";
import { tellProblem } from "./acts.js";
import * as api from "./api.js";
import { say } from "./page.js";
import { toast } from "./toast.js";
import { showBanner, signInAgain } from "./top.js";

const TICK_MS = 1000;
const POLL_MS = 4000; // without a socket
const SURE_MS = 30_000; // with one, to be sure

export class Watch {
  #pace = new Pace(1000, 10_000);
  #failing = false;
  #parts;

  /**
   * `parts`: connected() says whether a socket brings the news, present() tells the server of the agent's presence,
   * look() looks for what is new, hurry() tries at once what waits for the server.
   */
  constructor(parts) {
    this.#parts = parts;
  }

  /** Looks rarely while a socket brings the news, and with growing waits while the server is away. */
  async run() {
    await this.#parts.present().catch((error) => this.down(error));
    let last = 0;
    for (;;) {
      const every = this.#parts.connected() ? SURE_MS : POLL_MS;
      if (this.#failing || Date.now() - last >= every) {
        last = Date.now();
        await this.#parts.look();
      }
      if (this.#failing) await this.#pace.wait();
      else await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
  }

  /** A call went well. */
  up() {
    showBanner(false);
    if (!this.#failing) return;
    this.#failing = false;
    this.#pace.reset();
    toast(say("connected"));
    this.#parts.hurry();
    this.#parts.present().catch(() => {}); // the next look tells whether the server is away again
  }

  /** A call failed: the session is over, it was refused, or the server is away. */
  down(error) {
    if (!(error instanceof api.Problem || error instanceof api.Unreachable)) throw error;
    if (error instanceof api.Problem && error.status === 401) {
      signInAgain("over");
    } else if (error instanceof api.Problem && error.final) {
      tellProblem(error);
    } else {
      this.#failing = true;
      showBanner(true, () => this.hurry());
    }
  }

  /** Try at once. */
  hurry() {
    this.#pace.reset();
    this.#pace.hurry();
    this.#parts.hurry();
  }
}
