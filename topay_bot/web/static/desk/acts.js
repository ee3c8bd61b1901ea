// What an agent does with a conversation, and how it is told: taken, transferred, resolved and so on.

import * as api from "./api.js";
import { confirmed, transferTarget } from "./dialogs.js";
import { say } from "./page.js";
import { toast, undoable } from "./toast.js";

const TRIES = 5; // at taking the next one: others take it at the same moment

/** Say why something could not be done. Who has taken a conversation is told by name. */
export function tellProblem(error) {
  if (!(error instanceof api.Problem)) {
    toast(say("failed"), { kind: "bad" });
    return;
  }
  const { code, status } = error;
  if (code === "conversation-taken") toast(takenBy(error), { kind: "bad" });
  else if (status === 403) toast(say("not_allowed"), { kind: "bad" });
  else if (status === 404) toast(say("gone"), { kind: "bad" });
  else if (status === 409) toast(say("changed"), { kind: "bad" });
  else toast(say("failed"), { kind: "bad" });
}

export function takenBy(error) {
  const name = error.body.agent?.name;
  return name ? say("taken", { name }) : say("taken_unknown");
}

export class Acts {
  #agent;
  #talk;
  #host;

  /** `host`: refresh() looks again, own(id), took(summary), open(id), unsentReply() and signedOut(). */
  constructor(agent, talk, host) {
    this.#agent = agent;
    this.#talk = talk;
    this.#host = host;
  }

  /** Do it; gives whether it was done. However it went, what is shown is brought up to date. */
  async #do(work, done) {
    const { id } = this.#talk;
    if (!id) return false;
    try {
      await work(id);
      done?.(id);
      return true;
    } catch (error) {
      if (error instanceof api.Problem && error.status === 401) this.#host.signedOut();
      else tellProblem(error);
      return false;
    } finally {
      this.#host.refresh();
    }
  }

  /** Take it, from the queue or from the bot. */
  claim() {
    return this.#do(api.claim, (id) => this.#host.own(id));
  }

  /** Take the first of the queue that nobody else takes meanwhile. */
  async takeNext() {
    try {
      for (let left = TRIES; left > 0; left--) {
        const { items } = await api.conversations({ view: "waiting", limit: 1 });
        if (!items.length) break;
        try {
          const taken = await api.claim(items[0].id);
          this.#host.own(taken.id);
          this.#host.took(taken);
          return;
        } catch (error) {
          if (!(error instanceof api.Problem) || error.status !== 409) throw error;
        }
      }
      toast(say("none_waiting"));
      this.#host.refresh();
    } catch (error) {
      tellProblem(error);
    }
  }

  async resolve() {
    const title = say("resolve_draft_title");
    if (this.#host.unsentReply() && !(await confirmed(title, say("resolve_draft_text"), say("resolve_anyway")))) return;
    const { id } = this.#talk;
    await this.#do(api.resolve, () => undoable(say("was_resolved"), () => this.#undo(id)));
  }

  reopen() {
    return this.#do(api.reopen, (id) => {
      this.#host.own(id);
      toast(say("was_reopened"));
    });
  }

  async #undo(id) {
    try {
      await api.reopen(id);
      this.#host.own(id);
      this.#host.open(id);
    } catch (error) {
      tellProblem(error);
    }
    this.#host.refresh();
  }

  async giveBack() {
    if (!(await confirmed(say("give_back_title"), say("give_back_text"), say("give_back")))) return;
    await this.#do(api.giveBack, () => toast(say("given_back")));
  }

  async transfer() {
    if (!this.#talk.detail) return;
    let target;
    try {
      target = await transferTarget(this.#talk.detail, this.#agent);
    } catch (error) {
      tellProblem(error);
      return;
    }
    if (!target) return;
    const told = target.name ? say("transferred", { name: target.name }) : say("queued_again");
    await this.#do((id) => api.transfer(id, target.to), () => toast(told));
  }

  label(message, article) {
    return this.#do((id) => api.label(id, message, article), () => toast(say("label_kept")));
  }
}
