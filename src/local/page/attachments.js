import { byId, el, icon } from "./dom.js";
import { fileSize } from "./format.js";

/** Files chosen, dropped or pasted, waiting to be sent. */
export class Attachments {
  #files = [];
  #list = byId("attachments");
  #onChange;

  constructor(onChange) {
    this.#onChange = onChange;
    const input = byId("file-input");
    byId("attach").addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      this.add(input.files);
      input.value = "";
    });
    this.#list.addEventListener("click", ({ target }) => {
      const index = target.closest("[data-index]")?.dataset.index;
      if (index !== undefined) this.set(this.#files.toSpliced(Number(index), 1));
    });
    acceptDrops((files) => this.add(files));
  }

  get files() {
    return this.#files;
  }

  add(files) {
    this.set([...this.#files, ...files]);
  }

  set(files) {
    this.#files = files;
    this.#list.hidden = files.length === 0;
    this.#list.replaceChildren(...files.map(attachment));
    this.#onChange();
  }
}

function attachment(file, index) {
  const label = `Remove ${file.name}`;
  return el(
    "li",
    {},
    icon("file"),
    el("span", { class: "file-name" }, file.name),
    el("span", { class: "file-size" }, fileSize(file.size)),
    el("button", { type: "button", class: "icon-button", "data-index": index, "aria-label": label }, icon("close")),
  );
}

function acceptDrops(add) {
  const chat = byId("chat");
  const hint = byId("drop-hint");
  const hasFiles = (event) => event.dataTransfer?.types.includes("Files") === true;
  chat.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    hint.hidden = false;
  });
  chat.addEventListener("dragleave", ({ relatedTarget }) => {
    if (!chat.contains(relatedTarget)) hint.hidden = true;
  });
  chat.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    hint.hidden = true;
    add(event.dataTransfer.files);
  });
}
