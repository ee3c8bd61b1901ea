// What must not be forgotten: complaints and suggestions without an answer, and low ratings that nobody followed up.

import { h, icon, languageOf, tag } from "../chat/dom.js";
import { tellProblem } from "./acts.js";
import * as api from "./api.js";
import { keyed } from "./keyed.js";
import { $, say, sayOf } from "./page.js";
import { fullTime } from "./time.js";
import { toast } from "./toast.js";

const OPEN_STATES = ["received", "in_progress"];

export class FollowUp {
  #supervisor;
  #open;

  /** `open(conversation)` shows a conversation. Ratings are for operators. */
  constructor(agent, open) {
    this.#supervisor = agent.roles.includes("operator");
    this.#open = open;
    $("follow-up-open").addEventListener("click", () => {
      $("follow-up").showModal();
      this.look();
    });
  }

  /** Look what there is; the button tells how many. */
  async look() {
    try {
      const lists = await Promise.all(OPEN_STATES.map((state) => api.cases(state)));
      const cases = lists.flat().sort((one, other) => (one.received_at < other.received_at ? -1 : 1));
      const ratings = this.#supervisor ? await api.ratings() : [];
      this.#draw(cases, ratings);
    } catch (error) {
      if ($("follow-up").open) tellProblem(error);
    }
  }

  #draw(cases, ratings) {
    const count = cases.length + ratings.length;
    $("follow-up-count").textContent = count || "";
    $("follow-up-count").hidden = !count;
    keyed($("follow-up-list"), [
      ...cases.map((one) => ({ key: one.reference, sign: one.state, make: () => this.#case(one) })),
      ...ratings.map((one) => ({ key: one.id, sign: "", make: () => this.#rating(one) })),
    ]);
    $("follow-up-none").hidden = count > 0;
  }

  #case(one) {
    const answer = h("textarea", { class: "input", rows: "3", "aria-label": say("case_answer"), placeholder: say("case_answer") });
    const send = () => answer.value.trim() && this.#do(() => api.setCase(one.reference, { state: "answered", answer: answer.value.trim() }), "case_answered");
    return this.#item(
      one,
      [h("strong", {}, sayOf("reason", one.kind)), h("span", { class: "reference" }, one.reference), h("span", { class: "tag" }, sayOf("case", one.state)), fullTime(one.received_at)],
      one.text,
      [
        one.state === "received" ? this.#button("case_begin", () => this.#do(() => api.setCase(one.reference, { state: "in_progress" }), "case_begun")) : null,
        h("details", { class: "answering" }, h("summary", { class: "button small" }, say("case_write")), answer, this.#button("case_send", send, "primary")),
      ],
    );
  }

  #rating(one) {
    const about = one.about === "agent" ? (one.agent ?? say("colleague")) : say("bot");
    return this.#item(
      one,
      [h("strong", {}, say("rating_of", { n: one.stars, name: about })), fullTime(one.created_at)],
      one.comment ?? "",
      [this.#button("rating_done", () => this.#do(() => api.followedUp(one.id), "rating_kept"))],
    );
  }

  #item(one, facts, text, buttons) {
    const show = () => {
      $("follow-up").close();
      this.#open(one.conversation);
    };
    return h(
      "li",
      { class: "follow" },
      h("p", { class: "facts" }, ...facts),
      text ? h("p", { class: "words", lang: tag(languageOf(text)) }, text) : null,
      h("div", { class: "follow-buttons" }, this.#button("open_it", show), ...buttons),
    );
  }

  #button(key, run, kind = "") {
    return h("button", { type: "button", class: `button small ${kind}`, onclick: run }, key === "rating_done" ? icon("check") : null, say(key));
  }

  async #do(work, told) {
    try {
      await work();
      toast(say(told));
    } catch (error) {
      tellProblem(error);
    }
    this.look();
  }
}
