// Signing in. The password goes to the server once and is kept nowhere.

import { Problem, signIn } from "./api.js";
import { $, say } from "./page.js";

const form = $("form");

function tell(words, bad = true) {
  $("said").textContent = words;
  $("said").classList.toggle("bad", bad && Boolean(words));
}

/** Why it was refused, in words; `wait` in seconds where the server asks for patience. */
function reason(error) {
  if (!(error instanceof Problem)) return say("sign_in_away");
  if (error.status === 429) return say("slow_down", { n: error.body.retryAfter ?? error.body.retry_after ?? 30 });
  return error.status >= 500 ? say("sign_in_away") : say("refused");
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = $("name").value.trim();
  const password = $("password").value;
  if (!name || !password) {
    tell(say("empty_field"));
    (name ? $("password") : $("name")).focus();
    return;
  }
  $("go").disabled = true;
  tell(say("signing_in"), false);
  try {
    await signIn(name, password);
    location.replace(`../${next}${location.hash}`);
  } catch (error) {
    tell(reason(error));
    $("go").disabled = false;
    $("password").select();
  }
});

$("show").addEventListener("change", () => {
  $("password").type = $("show").checked ? "text" : "password";
});

// The studio sends here whoever is not signed in, and wants them back; nowhere else is anybody sent.
const wanted = new URLSearchParams(location.search).get("to") ?? "";
const next = /^studio(\/[\p{L}\p{N}_-]+)*$/u.test(wanted) ? wanted : "desk";

const why = new URLSearchParams(location.search).get("why");
if (why === "over") tell(say("session_over"), false);
if (why === "out") tell(say("signed_out"), false);
