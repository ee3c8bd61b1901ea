// Complaints and suggestions: the form, what is shown of one in the conversation, and how far it is by its reference.

import * as api from "./api.js";
import { h, icon, tag } from "./dom.js";

const STATES = ["received", "in_progress", "answered"];

/** The button of an answer that a complaint or a suggestion goes with. */
export const formButton = (kind, page, actions) =>
  h(
    "p",
    { class: "card-form", lang: tag(page.language) },
    h(
      "button",
      { type: "button", class: "button primary small", "data-case": kind, onclick: () => actions.write(kind) },
      icon("note"),
      page.texts[`${kind}_open`],
    ),
  );

/** How far it is, as steps: those that are done, and the one it stands at. */
export function steps(state, texts) {
  const at = STATES.indexOf(state);
  return h(
    "ol",
    { class: "steps" },
    ...STATES.map((name, place) =>
      h(
        "li",
        { class: place <= at ? "done" : null, "aria-current": place === at ? "step" : null },
        h("span", { class: "step-sign", "aria-hidden": "true" }, place <= at ? icon("check") : null),
        texts[`state_${name}`],
      ),
    ),
  );
}

/** The form as a dialog. `send(kind, text, contact)` takes what was written. Gives a function that opens it. */
export function caseForm(page, send) {
  const { texts } = page;
  let kind = "complaint";
  const title = h("h2", { id: "case-title" });
  const hint = h("p", { id: "case-hint" });
  const text = h("textarea", { id: "case-text", rows: 5, maxlength: page.maxChars, required: true, "aria-describedby": "case-hint case-safety" });
  const contact = h("input", { id: "case-contact", maxlength: 200, autocomplete: "on", "aria-describedby": "case-contact-hint" });
  const missing = h("p", { class: "form-missing", role: "alert" });
  const above = h("p", { class: "escalation" }, page.escalation);
  const form = h(
    "form",
    { novalidate: true },
    title,
    hint,
    h("label", { for: "case-text" }, texts.case_text),
    text,
    missing,
    h("label", { for: "case-contact" }, texts.case_contact),
    contact,
    h("p", { class: "form-hint", id: "case-contact-hint" }, texts.case_contact_hint),
    h("p", { class: "form-hint safe", id: "case-safety" }, icon("shield"), texts.case_safety),
    above,
    h(
      "div",
      { class: "ask-buttons" },
      h("button", { type: "button", class: "button", onclick: () => dialog.close() }, texts.cancel),
      h("button", { type: "submit", class: "button primary" }, texts.case_send),
    ),
  );
  const dialog = h("dialog", { class: "ask case", id: "case", "aria-labelledby": "case-title" }, form);
  text.addEventListener("input", () => (missing.textContent = ""));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!text.value.trim()) {
      missing.textContent = texts.case_missing;
      text.focus();
      return;
    }
    send(kind, text.value.trim(), contact.value.trim());
    form.reset();
    dialog.close();
  });
  document.body.append(dialog);
  return (wanted) => {
    kind = wanted;
    title.textContent = texts[`${kind}_title`];
    hint.textContent = texts[`${kind}_hint`];
    above.hidden = kind !== "complaint" || !page.escalation;
    missing.textContent = "";
    dialog.showModal();
    text.focus();
  };
}

/** The form that asks how far a case is, beside the conversation. */
export function progressForm(page) {
  const form = document.getElementById("progress");
  const input = document.getElementById("progress-reference");
  const result = document.getElementById("progress-result");
  const { texts } = page;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const reference = input.value.trim();
    if (!reference) return input.focus();
    try {
      const found = await api.caseOf(reference);
      result.replaceChildren(
        h("p", {}, `${texts[`${found.kind}_title`]} ${found.reference}`),
        steps(found.state, texts),
        found.answer ? h("p", { class: "words answer" }, found.answer) : "",
      );
    } catch (error) {
      const unknown = error instanceof api.Problem && error.status === 404;
      result.replaceChildren(h("p", {}, unknown ? texts.progress_unknown : texts.progress_away));
    }
  });
}
