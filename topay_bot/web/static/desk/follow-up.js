// The link to the supervisors' page tells how many cases wait for an answer, and how many low ratings for a word.

import * as api from "./api.js";
import { $ } from "./page.js";

const EVERY_MS = 60_000;
const OPEN_STATES = ["received", "in_progress"];

/** Count now and every minute. Ratings are for operators. */
export async function countFollowUps(agent) {
  const ratings = agent.roles.includes("operator") ? [api.ratings()] : [];
  try {
    const lists = await Promise.all([...OPEN_STATES.map((state) => api.cases(state)), ...ratings]);
    const count = lists.flat().length;
    $("follow-ups").textContent = count;
    $("follow-ups").hidden = count === 0;
  } catch (error) {
    if (!(error instanceof api.Problem || error instanceof api.Unreachable)) throw error;
    // Others tell when the server is away; the count waits for the next time.
  }
  setTimeout(() => countFollowUps(agent), EVERY_MS);
}
