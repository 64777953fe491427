import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** The HTTP calls that this process makes, long polls for updates aside: the local server is in it, too. */
export class Calls {
  open = 0;
  count = 0;
  /** Those refused for being too fast. */
  refused = 0;
  #began = ({ request }) => {
    if (isPoll(request)) return;
    this.open += 1;
    this.count += 1;
    request.once("close", () => (this.open -= 1));
  };
  #answered = ({ response }) => {
    if (response.statusCode === 429) this.refused += 1;
  };

  constructor() {
    subscribe("http.client.request.start", this.#began);
    subscribe("http.client.response.finish", this.#answered);
  }

  close() {
    unsubscribe("http.client.request.start", this.#began);
    unsubscribe("http.client.response.finish", this.#answered);
  }
}

function isPoll(request) {
  return request.path.toLowerCase().endsWith("/getupdates");
}
