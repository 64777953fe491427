import { el } from "./dom.js";

const PROMPTS = ["What is in this directory?", "Explain the last commit", "What would you improve first?"];

/** What a new user sees in the empty chat. A chip says with `data-do` that its words are sent. */
export function renderWelcome() {
  return [
    el("img", { src: "icon.svg", alt: "", width: 64, height: 64 }),
    el("h3", {}, "Your coding agent, in a chat"),
    el(
      "p",
      {},
      "Write what should be done in the directory takopi was started in. You see the steps while it works, then the answer. ",
      "Reply to an answer to continue from there.",
    ),
    el("div", { class: "chips" }, ...PROMPTS.map((text) => el("button", { class: "chip", "data-do": "send" }, text))),
    el("p", { class: "hint" }, "To use it from your phone, connect a real bot: ", el("code", {}, "takopi setup")),
  ];
}
