// When nobody is there: where the customer can be reached, and what they want to say meanwhile.

import { h, icon, tag } from "./dom.js";

/** The form below the notice of a hand-off. `actions.contact(contact, text)` takes what was written. */
export function contactForm(message, page, actions) {
  const { texts } = page;
  const id = `contact-${message.seq}`;
  const where = h("input", { id, maxlength: 200, autocomplete: "on" });
  const words = h("textarea", { id: `${id}-words`, rows: 2, maxlength: page.maxChars });
  const missing = h("p", { class: "form-missing", role: "alert" });
  const form = h(
    "form",
    { class: "leave-contact", lang: tag(page.language), novalidate: true },
    h("h4", {}, icon("mail"), texts.contact_title),
    h("label", { for: id }, texts.contact_where),
    where,
    missing,
    h("label", { for: `${id}-words` }, texts.contact_words),
    words,
    h("button", { type: "submit", class: "button primary small" }, texts.contact_send),
  );
  where.addEventListener("input", () => (missing.textContent = ""));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (where.value.trim().length < 3) {
      missing.textContent = texts.contact_missing;
      where.focus();
      return;
    }
    actions.contact(where.value.trim(), words.value.trim());
    form.remove();
  });
  return form;
}

/** Once a contact was left, from this page or another, nobody is asked again. */
export function settleContacts(log, messages) {
  if (!messages.some((message) => message.kind === "contact" || message.author === "agent")) return;
  for (const form of log.querySelectorAll(".leave-contact")) form.remove();
}
