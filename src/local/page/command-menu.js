import { byId, el } from "./dom.js";
import { matchingCommands } from "./menu-commands.js";

/** The list over the composer while a command is typed. The input keeps the focus; the list is told what is chosen. */
export class CommandMenu {
  #list = byId("command-menu");
  #input = byId("input");
  #commands = [];
  #matches = [];
  #chosen = 0;

  /** `pick` gets the name of a command that was clicked. */
  constructor(pick) {
    // A press would take the focus from the input before the click comes.
    this.#list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.#list.addEventListener("click", ({ target }) => {
      const name = target.closest("[data-command]")?.dataset.command;
      if (name !== undefined) pick(name);
    });
  }

  setCommands(commands) {
    this.#commands = commands;
  }

  get isOpen() {
    return this.#matches.length > 0;
  }

  get chosen() {
    return this.#matches[this.#chosen]?.command;
  }

  show(text) {
    this.#matches = matchingCommands(this.#commands, text);
    this.#chosen = 0;
    this.#draw();
  }

  close() {
    this.#matches = [];
    this.#draw();
  }

  move(step) {
    this.#chosen = (this.#chosen + step + this.#matches.length) % this.#matches.length;
    this.#draw();
  }

  #draw() {
    this.#list.hidden = !this.isOpen;
    this.#list.replaceChildren(...this.#matches.map((command, index) => this.#option(command, index)));
    if (this.isOpen) this.#input.setAttribute("aria-activedescendant", `command-${this.#chosen}`);
    else this.#input.removeAttribute("aria-activedescendant");
    this.#list.children[this.#chosen]?.scrollIntoView({ block: "nearest" });
  }

  #option({ command, description }, index) {
    const isChosen = String(index === this.#chosen);
    return el(
      "li",
      { id: `command-${index}`, role: "option", "aria-selected": isChosen, "data-command": command },
      el("b", {}, `/${command}`),
      el("span", {}, description),
    );
  }
}
