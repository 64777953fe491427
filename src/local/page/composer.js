import { Attachments } from "./attachments.js";
import { CommandMenu } from "./command-menu.js";
import { byId, el, icon } from "./dom.js";
import { oneLine } from "./format.js";
import { toast } from "./toasts.js";

/** Where a line break is meant by Enter: keyboards on glass have no Shift+Enter. */
const TOUCH = matchMedia("(pointer: coarse)");

/** Where messages are written. A message is `{text, files, context}`; the context is `{kind: "reply" | "edit", message}` or undefined. */
export class Composer {
  #form = byId("composer");
  #input = byId("input");
  #bar = byId("context");
  #menu = new CommandMenu((name) => this.fill(`/${name} `));
  #attachments = new Attachments(() => this.#refresh());
  #context;
  #place;
  #drafts = new Map();
  #actions;

  /** `submit` sends a message and rejects when it could not; `editLast` is asked for when an empty composer wants to go up. */
  constructor(actions) {
    this.#actions = actions;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#input.addEventListener("input", () => {
      this.#refresh();
      this.#menu.show(this.#input.value);
    });
    this.#input.addEventListener("keydown", (event) => this.#onKey(event));
    this.#input.addEventListener("blur", () => this.#menu.close());
    this.#input.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length > 0) this.#attachments.add(event.clipboardData.files);
    });
    this.#bar.addEventListener("click", ({ target }) => {
      if (target.closest("button") !== null) this.#leaveContext();
    });
  }

  setCommands(commands) {
    this.#menu.setCommands(commands);
  }

  /** Another chat has its own unsent text. */
  switchTo(place) {
    if (place === this.#place) return;
    this.#drafts.set(this.#place, this.#input.value);
    this.#place = place;
    this.#setContext(undefined);
    this.#write(this.#drafts.get(place) ?? "");
  }

  /** Takes the focus where that does not open a keyboard on the screen. */
  focusAtDesk() {
    if (!TOUCH.matches) this.#input.focus();
  }

  reply(message) {
    this.#setContext({ kind: "reply", message });
    this.#input.focus();
  }

  edit(message) {
    this.#setContext({ kind: "edit", message });
    this.fill(message.text ?? message.caption ?? "");
  }

  fill(text) {
    this.#write(text);
    this.#input.focus();
    this.#input.setSelectionRange(text.length, text.length);
  }

  async #submit() {
    const message = { text: this.#input.value, files: this.#attachments.files, context: this.#context };
    if (message.text.trim() === "" && message.files.length === 0) return;
    this.#clear();
    try {
      await this.#actions.submit(message);
    } catch (error) {
      toast(error.message, { tone: "error" });
      this.#restore(message);
    }
  }

  #clear() {
    this.#attachments.set([]);
    this.#setContext(undefined);
    this.#write("");
  }

  // What could not be sent comes back, unless something else was begun in the meantime.
  #restore({ text, files, context }) {
    if (this.#input.value !== "") return;
    this.#attachments.set(files);
    this.#setContext(context);
    this.#write(text);
  }

  #onKey(event) {
    if (event.isComposing || (this.#menu.isOpen && this.#onMenuKey(event))) return;
    if (event.key === "Escape" && this.#context !== undefined) this.#leaveContext();
    if (event.key === "ArrowUp" && this.#input.value === "" && this.#context === undefined) {
      event.preventDefault();
      this.#actions.editLast();
    }
    if (event.key === "Enter" && !event.shiftKey && !TOUCH.matches) {
      event.preventDefault();
      void this.#submit();
    }
  }

  // True when the key was for the menu. A command typed in full is sent as it stands.
  #onMenuKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const isFull = this.#input.value === `/${this.#menu.chosen}`;
    if (step !== undefined) this.#menu.move(step);
    else if (event.key === "Escape") this.#menu.close();
    else if (event.key === "Tab" || (event.key === "Enter" && !isFull)) this.fill(`/${this.#menu.chosen} `);
    else return false;
    event.preventDefault();
    return true;
  }

  #leaveContext() {
    const wasEdit = this.#context?.kind === "edit";
    this.#setContext(undefined);
    if (wasEdit) this.#write("");
    this.#input.focus();
  }

  #setContext(context) {
    this.#context = context;
    this.#bar.hidden = context === undefined;
    if (context === undefined) return;
    const { kind, message } = context;
    const title = kind === "edit" ? "Edit message" : `Reply to ${message.from?.first_name ?? "the channel"}`;
    this.#bar.replaceChildren(
      icon(kind),
      el("b", {}, title),
      el("span", {}, oneLine(message)),
      el("button", { type: "button", class: "icon-button", "aria-label": "Cancel" }, icon("close")),
    );
  }

  #write(text) {
    this.#input.value = text;
    this.#menu.close();
    this.#refresh();
  }

  #refresh() {
    this.#input.style.height = "auto";
    this.#input.style.height = `${this.#input.scrollHeight}px`;
    byId("send").disabled = this.#input.value.trim() === "" && this.#attachments.files.length === 0;
  }
}
