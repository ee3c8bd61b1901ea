// Signs on, then hands over to the console.

import { Pace } from "../chat/pace.js";
import * as api from "./api.js";
import { Console } from "./console.js";
import * as keep from "./keep.js";
import { say } from "./page.js";
import { showBanner, signInAgain } from "./top.js";

const AT_DESK = ["agent", "operator"]; // roles that take conversations

/** The session, as soon as the server can be reached. */
async function signedOn() {
  const pace = new Pace(1000, 10_000);
  for (;;) {
    try {
      return await api.session();
    } catch (error) {
      if (error instanceof api.Problem && error.status === 401) signInAgain("over");
      else showBanner(true, () => pace.hurry());
      await pace.wait();
    }
  }
}

const { agent } = await signedOn();
keep.keepFor(agent.id);
if (agent.roles.some((role) => AT_DESK.includes(role))) new Console(agent).run();
else document.querySelector(".blank-title").textContent = say("not_allowed");
