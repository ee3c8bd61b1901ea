// Puts the parts together; the page's data is in its JSON block.

import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { panel, tabs } from "./help.js";
import { View } from "./view.js";

const page = JSON.parse(document.getElementById("page-data").textContent);
const $ = (id) => document.getElementById(id);

const actions = {
  ask: (title, article) => conversation.say(title, article),
  person: () => (conversation.state === "open" ? view.showHandoff() : conversation.askPerson()),
  feedback: (id, helpful) => conversation.feedback(id, helpful),
  hurry: () => conversation.hurry(),
  edit(item) {
    conversation.withdraw(item.key);
    view.removed(item.key);
    composer.fill(item.text);
    composer.focus();
  },
};
const view = new View(page, actions);
const conversation = new Conversation(view, page.language);
const composer = new Composer(page, (text) => conversation.say(text));
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

view.quietly(conversation.resume());
