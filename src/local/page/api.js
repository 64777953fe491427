/** The server refused, or is not there. The message is for the user. */
export class ApiError extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = "ApiError";
  }
}

/** What people do in the chats. Every function rejects with an `ApiError`. */
export const api = {
  state: (chat) => call(`/sim/state${chat === undefined ? "" : `?chat=${chat}`}`),
  message: (input) => post("/sim/message", input),
  edit: (input) => post("/sim/edit", input),
  press: (input) => post("/sim/press", input),
  remove: (input) => post("/sim/delete", input),
  topic: (input) => post("/sim/topic", input),
  upload: (fields, file) => call("/sim/upload", { method: "POST", body: formOf(fields, file) }),
};

function post(path, input) {
  return call(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(input),
  });
}

function formOf(fields, file) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.append(name, String(value));
  form.append("file", file, file.name);
  return form;
}

async function call(path, options) {
  const response = await fetch(path, options).catch((error) => {
    throw new ApiError("takopi is not reachable: is `takopi local` still running?", { cause: error });
  });
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(body.error ?? body.description ?? `the server answered ${response.status}`);
  return body;
}
