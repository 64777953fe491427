const ANSWER_LIMIT_MS = 10_000;
/** What is not there by then is lost; groups with their 20 calls a minute take the longest. */
const GIVE_UP_MS = 150_000;

/**
 * What people write in the chats of a local Telegram and what they get for it, with the times at the server. Every prompt counts: in
 * the end each has exactly one whole answer, or says that it was cancelled.
 */
export class Traffic {
  #telegram;
  #prompts = [];
  #byMessage = new Map();
  #presses = new Map();

  constructor(telegram) {
    this.#telegram = telegram;
    telegram.world.state.events.subscribe((event) => this.#see(event));
  }

  get prompts() {
    return this.#prompts;
  }

  /** A user writes a prompt for the scripted engine, such as `work 500`. */
  prompt({ chat, from }, act) {
    const id = `p${this.#prompts.length + 1}`;
    const prompt = new Prompt({ id, chat, from });
    this.#prompts.push(prompt);
    const { message_id: messageId } = this.#telegram.world.message({ chat, from, text: `${id} ${act}` });
    this.#byMessage.set(keyOf(chat, messageId), prompt);
    return prompt;
  }

  /** Presses the Cancel button of a prompt's progress message. Resolves to how long the answer took, in milliseconds. */
  cancel(prompt) {
    prompt.isCancelled = true;
    return this.press(prompt);
  }

  /** Presses it where the run has ended, as a slow phone can. */
  press({ chat, from, card, cancelData }) {
    const pressedAt = Date.now();
    return new Promise((resolve, reject) => {
      const tooLate = setTimeout(() => reject(new Error("a button press was not answered")), ANSWER_LIMIT_MS);
      const query = this.#telegram.world.press({ chat, from, message: card, data: cancelData, force: true });
      this.#presses.set(query, (at) => {
        clearTimeout(tooLate);
        resolve(at - pressedAt);
      });
    });
  }

  /** Waits for what is still to come, and a moment for what must not come. */
  async settle(timeoutMs) {
    const open = this.#prompts.filter((prompt) => !prompt.isOver);
    let timer;
    const tooLate = new Promise((resolve) => (timer = setTimeout(resolve, timeoutMs)));
    await Promise.race([Promise.all(open.map((prompt) => prompt.over)), tooLate]);
    clearTimeout(timer);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }

  /** Bot API calls refused for being too fast. */
  refusals() {
    return this.#telegram.world.requests().filter(({ status }) => status === 429);
  }

  /** What must be zero after any traffic. */
  totals() {
    const isLost = (prompt) => !prompt.isOver;
    const isRepeated = (prompt) => prompt.beginnings > 1 || prompt.ends > 1;
    return {
      prompts: this.#prompts.length,
      lost: this.#prompts.filter(isLost).length,
      repeated: this.#prompts.filter(isRepeated).length,
      refused: this.refusals().length,
    };
  }

  #see(event) {
    if (event.type === "callback_answer") this.#presses.get(event.query_id)?.(event.at);
    if (event.type === "edit") this.#byMessage.get(keyOf(event.chat, event.message.message_id))?.edited(event.message);
    if (event.type !== "message" || event.message.from?.is_bot !== true) return;
    const { message, chat, at } = event;
    const prompt = this.#byMessage.get(keyOf(chat, message.reply_to_message?.message_id));
    if (prompt === undefined) return;
    if (prompt.card === undefined) this.#byMessage.set(keyOf(chat, message.message_id), prompt);
    prompt.answered(message, at);
  }
}

/** One prompt and what came of it. Times are milliseconds since 1970. */
class Prompt {
  sentAt = Date.now();
  receiptAt;
  /** When the engine wrote its result, and when the server got the first message of it. */
  resultAt;
  finalAt;
  beginnings = 0;
  ends = 0;
  isCancelled = false;
  showsCancelled = false;
  #onReceipt;
  #onOver;

  constructor({ id, chat, from }) {
    this.id = id;
    this.chat = chat;
    this.from = from;
    this.receipt = new Promise((resolve) => (this.#onReceipt = resolve));
    this.over = new Promise((resolve) => (this.#onOver = resolve));
    setTimeout(() => this.#giveUp(), GIVE_UP_MS).unref();
  }

  get receiptMs() {
    return this.receiptAt - this.sentAt;
  }

  get finalMs() {
    return this.finalAt - this.resultAt;
  }

  /** Whether the user has the whole answer, or knows that there is none. */
  get isOver() {
    return (this.beginnings > 0 && this.ends > 0) || (this.isCancelled && this.showsCancelled);
  }

  answered(message, at) {
    if (this.card === undefined) {
      this.card = message.message_id;
      this.cancelData = message.reply_markup?.inline_keyboard[0]?.[0]?.callback_data;
      this.receiptAt = at;
      this.#onReceipt();
    }
    const text = message.text ?? "";
    const [, resultAt] = new RegExp(`result ${this.id} at (\\d+)`).exec(text) ?? [];
    if (resultAt !== undefined) {
      this.beginnings += 1;
      this.finalAt ??= at;
      this.resultAt ??= Number(resultAt);
    }
    if (new RegExp(`end ${this.id}\\b`).test(text)) this.ends += 1;
    this.#settle();
  }

  edited(message) {
    if (message.text?.startsWith("cancelled")) this.showsCancelled = true;
    this.#settle();
  }

  #giveUp() {
    this.#onReceipt();
    this.#onOver();
  }

  #settle() {
    if (this.isOver) this.#onOver();
  }
}

function keyOf(chat, messageId) {
  return `${chat}/${messageId}`;
}

/** Rows that hold for any traffic. */
export function totalRows(traffic, where) {
  const { prompts, lost, repeated, refused } = traffic.totals();
  const detail = `${prompts} prompts`;
  return [
    { figure: `lost, ${where}`, limit: 0, unit: "", value: lost, detail },
    { figure: `duplicated, ${where}`, limit: 0, unit: "", value: repeated, detail },
    { figure: `429, ${where}`, limit: 0, unit: "", value: refused, detail },
  ];
}
