// The head of the page: presence, sound, signing out, and the banner while the server cannot be reached.

import { h, icon } from "../chat/dom.js";
import * as api from "./api.js";
import * as keep from "./keep.js";
import { $, say } from "./page.js";
import { toast } from "./toast.js";

/** `why`: "over" or "out". */
export function signInAgain(why) {
  location.replace(`desk/sign-in?why=${why}${location.hash}`);
}

/** Say that the server cannot be reached; `hurry` tries at once. */
export function showBanner(away, hurry) {
  if ($("banner").hidden !== away) return;
  $("banner").hidden = !away;
  $("banner").replaceChildren();
  if (!away) return;
  const button = h("button", { type: "button", class: "button small", onclick: hurry }, say("try_now"));
  $("banner").append(icon("alert"), h("span", {}, say("not_connected")), button);
}

export class Top {
  #alarm;

  constructor(agent, alarm) {
    this.#alarm = alarm;
    $("who").textContent = agent.name;
    $("presence").value = keep.choice("presence", "online");
    $("presence").addEventListener("change", () => this.#choosePresence());
    $("sound").addEventListener("click", () => this.toggleSound());
    $("sign-out").addEventListener("click", () => this.#signOut());
    // The other language shows the same conversation.
    $("switch").addEventListener("click", () => ($("switch").hash = location.hash));
    this.#showPresence();
    this.#showSound();
  }

  get online() {
    return $("presence").value === "online";
  }

  /** Tell the server again what the agent chose, after a reload or while it was away. */
  sayPresence() {
    return api.presence($("presence").value);
  }

  #choosePresence() {
    keep.keepChoice("presence", $("presence").value);
    this.#showPresence();
    this.sayPresence().then(
      () => toast(say(this.online ? "presence_online" : "presence_away")),
      () => toast(say("failed"), { kind: "bad" }),
    );
  }

  #showPresence() {
    $("presence").parentElement.classList.toggle("online", this.online);
  }

  toggleSound() {
    this.#alarm.toggle();
    this.#showSound();
    toast(say(this.#alarm.muted ? "muted" : "unmuted"));
  }

  #showSound() {
    const { muted, words } = this.#alarm;
    $("sound").setAttribute("aria-label", words);
    $("sound").title = `${words} (x)`;
    $("sound").replaceChildren(icon(muted ? "bell-off" : "bell"));
  }

  async #signOut() {
    try {
      await api.signOut();
    } catch (error) {
      if (!(error instanceof api.Problem)) {
        toast(say("failed"), { kind: "bad" }); // still signed in: better said than thought otherwise
        return;
      }
    }
    history.replaceState(null, "", location.pathname);
    signInAgain("out");
  }
}
