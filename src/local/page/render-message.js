import { el, icon } from "./dom.js";
import { clockTime, fileSize, oneLine } from "./format.js";
import { renderEntities, safeUrl } from "./render-entities.js";

/** One entry of the timeline as DOM; see `timeline.js` for what an entry is. */
export function renderEntry(entry) {
  if (entry.kind === "day") return el("div", { class: "day" }, el("span", {}, entry.label));
  if (entry.kind === "service") return el("div", { class: "service" }, el("span", {}, entry.label));
  return renderMessage(entry);
}

function renderMessage({ message, author, isOwn, isFirst, isGroup }) {
  const classes = ["message", isOwn ? "is-own" : "is-theirs", ...(isFirst ? ["is-first"] : [])];
  const showsAuthor = isGroup && !isOwn && isFirst;
  const bubble = el("div", { class: "bubble" });
  if (showsAuthor) bubble.append(el("p", { class: "author" }, author));
  bubble.append(
    ...forwardOf(message),
    ...previewOf(message),
    ...mediaOf(message),
    ...textOf(message),
    metaOf(message, isOwn),
  );
  const box = el("div", { class: "box" }, bubble, ...keyboardOf(message));
  const label = `${author}, ${clockTime(message.date)}`;
  return el(
    "article",
    { class: classes.join(" "), "data-id": message.message_id, tabindex: -1, "aria-label": label },
    box,
  );
}

function forwardOf({ forward_origin: origin }) {
  return origin === undefined ? [] : [el("p", { class: "forwarded" }, `Forwarded from ${origin.sender_user_name}`)];
}

// In a topic a message that answers nothing answers the topic's first message: that is no reply anyone wrote.
function previewOf({ reply_to_message: target, quote, message_thread_id: topic }) {
  if (target === undefined || target.message_id === topic) return [];
  const name = target.from?.first_name ?? target.sender_chat?.title ?? "";
  const text = quote?.text ?? oneLine(target);
  return [
    el(
      "button",
      { class: "reply-preview", "data-do": "jump", "data-to": target.message_id, "aria-label": `Reply to: ${text}` },
      el("b", {}, name),
      el("span", {}, text),
    ),
  ];
}

function mediaOf({ document: file, photo, voice }) {
  if (photo !== undefined) return [picture(photo.at(-1).file_id, "Photo")];
  if (voice !== undefined) return [el("audio", { controls: true, preload: "none", src: fileUrl(voice.file_id) })];
  if (file === undefined) return [];
  const name = file.file_name ?? "file";
  const isPicture = /^image\/(png|jpeg|gif|webp)$/.test(file.mime_type ?? "");
  return [...(isPicture ? [picture(file.file_id, name)] : []), download(file, name)];
}

function picture(id, name) {
  return el("img", { class: "picture", src: fileUrl(id), alt: name, loading: "lazy" });
}

function download(file, name) {
  return el(
    "a",
    { class: "file", href: fileUrl(file.file_id), download: name },
    el("span", { class: "file-icon" }, icon("file")),
    el("span", { class: "file-name" }, name),
    el("span", { class: "file-size" }, `${fileSize(file.file_size)} · Download`),
  );
}

function fileUrl(id) {
  return `/sim/file?id=${encodeURIComponent(id)}`;
}

function textOf({ text, entities, caption, caption_entities: captionEntities }) {
  const content = text === undefined ? { text: caption ?? "", entities: captionEntities } : { text, entities };
  if (content.text === "") return [];
  return [el("div", { class: "text", dir: "auto" }, renderEntities(content))];
}

// A progress message changes all the time; only of people it is worth saying.
function metaOf({ date, edit_date: edited, reaction }, isOwn) {
  const time = el("time", { datetime: new Date(date * 1000).toISOString() }, clockTime(date));
  const mark = isOwn && edited !== undefined ? el("span", {}, "edited") : undefined;
  const emoji = reaction === undefined ? undefined : el("span", { class: "reaction" }, reaction);
  return el("footer", { class: "meta" }, emoji, mark, time);
}

function keyboardOf({ reply_markup: markup }) {
  if (markup === undefined) return [];
  const rows = markup.inline_keyboard.map((row) => el("div", { class: "keyboard-row" }, ...row.map(keyOf)));
  return [el("div", { class: "keyboard" }, ...rows)];
}

function keyOf(button) {
  const classes = ["key", ...(button.style === undefined ? [] : [`is-${button.style}`])].join(" ");
  const href = button.url === undefined ? undefined : safeUrl(button.url);
  if (href !== undefined)
    return el("a", { class: classes, href, target: "_blank", rel: "noopener noreferrer nofollow" }, button.text);
  if (button.copy_text !== undefined)
    return el("button", { class: classes, "data-do": "copy-key", "data-text": button.copy_text.text }, button.text);
  const data = button.callback_data;
  return el(
    "button",
    {
      class: classes,
      "data-do": "press",
      "data-data": data,
      disabled: data === undefined || button.disabled !== undefined,
    },
    button.text,
  );
}
