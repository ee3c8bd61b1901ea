// Puts the parts together; the page's data is in its JSON block.

import { caseForm, progressForm } from "./case.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { connect } from "./embed.js";
import { panel, tabs } from "./help.js";
import { BotRating } from "./rating.js";
import { Suggestions } from "./suggest.js";
import { View } from "./view.js";

const page = JSON.parse(document.getElementById("page-data").textContent);
const $ = (id) => document.getElementById(id);

const actions = {
  ask: (title, article) => conversation.say(title, article),
  person: () => (conversation.state === "open" ? view.showHandoff() : conversation.askPerson()),
  async feedback(id, helpful) {
    await conversation.feedback(id, helpful);
    if (helpful) botRating.helped();
  },
  write: (kind) => openForm(kind),
  contact: (contact, text) => conversation.tell("contact", text || page.texts.contact_left, { contact, ...(text ? { text } : {}) }),
  rate: (about, stars, comment) => conversation.rate(about, stars, comment),
  waiting: () => conversation.waiting(),
  conversation: () => conversation.id,
  withPerson: () => conversation.state === "open",
  said: (messages, ours) => botRating.said(messages, ours),
  cleared: () => botRating.cleared(),
  hurry: () => conversation.hurry(),
  edit(item) {
    conversation.withdraw(item.key);
    view.removed(item.key);
    composer.fill(item.text);
    composer.focus();
  },
};
const frame = page.sites ? await connect(page) : null; // only then it is known what may be shown
const view = new View(page, actions);
const conversation = new Conversation(view, page.language);
const botRating = new BotRating(page, actions, view.unsent);
const openForm = caseForm(page, (kind, text, contact) =>
  conversation.tell("case", text, { kind, text, ...(contact ? { contact } : {}) }),
);
progressForm(page);
for (const button of document.querySelectorAll(".help [data-case]")) {
  button.addEventListener("click", () => {
    closePanel();
    openForm(button.dataset.case);
  });
}
const composer = new Composer(page, (text) => conversation.say(text));
new Suggestions(
  page,
  (text, article) => {
    composer.fill("");
    actions.ask(text, article);
  },
  () => conversation.state !== "open", // a person is told, not looked up
);
$("input").addEventListener("input", () => conversation.typing());
const closePanel = panel();

for (const list of document.querySelectorAll("[role=tablist]")) tabs(list);
for (const button of document.querySelectorAll(".start .question, .help .question")) {
  button.addEventListener("click", () => {
    closePanel();
    actions.ask(button.textContent.trim(), button.dataset.article);
  });
}
for (const button of document.querySelectorAll("[data-person]")) {
  button.addEventListener("click", () => {
    closePanel();
    actions.person();
  });
}

function restart() {
  conversation.restart();
  composer.focus();
}
$("restart").addEventListener("click", () => {
  if (conversation.state !== "open") restart();
  else $("ask").showModal();
});
$("ask").addEventListener("close", () => {
  if ($("ask").returnValue === "yes") restart();
  $("ask").returnValue = "";
});

frame?.attend(view.log, view.unsent, () => conversation.looked());
view.quietly(conversation.resume());
