/**
 * The shape of what a program says: for each kind of message the fields it has, as paths such as `message.content[].type`. Values are not
 * part of it, but for those that name a kind.
 */

/** Fields whose value says what kind of thing an object is. */
const KIND_KEYS = ["type", "subtype", "method", "sessionUpdate", "kind", "event"];
/** Objects deeper than this are data of tools, not of the protocol. */
const MAX_DEPTH = 6;

/** A message as a recording holds it: bare, or as `{dir, msg}`. Undefined for what the program did not say. */
export function messageOf(line) {
  const value = parsed(line);
  if (typeof value !== "object" || value === null) return undefined;
  if (typeof value.dir !== "string") return value;
  return value.dir === "recv" ? (value.msg ?? parsed(value.text ?? "")) : undefined;
}

/** Adds the messages of a recording to a shape: a map from kind to a map from path to how often it was seen, with the kind's own count. */
export function addRecording(shape, text) {
  for (const line of text.split("\n")) {
    const message = messageOf(line);
    if (message === undefined) continue;
    const kind = kindOf(message);
    const known = shape.get(kind) ?? { count: 0, paths: new Map() };
    known.count += 1;
    for (const path of new Set(pathsOf(message))) known.paths.set(path, (known.paths.get(path) ?? 0) + 1);
    shape.set(kind, known);
  }
  return shape;
}

/**
 * What differs: kinds and fields that are new, and, in kinds that both have, fields that every message had before and none has now. A
 * kind that is only in `before` may simply not have come up.
 */
export function compareShapes(before, now) {
  const newKinds = [...now.keys()].filter((kind) => !before.has(kind));
  const both = [...now.keys()].filter((kind) => before.has(kind));
  const newFields = both.flatMap((kind) =>
    [...now.get(kind).paths.keys()].filter((path) => !before.get(kind).paths.has(path)).map((path) => ({ kind, path })),
  );
  const goneFields = both.flatMap((kind) => {
    const { count, paths } = before.get(kind);
    const always = [...paths].filter(([, seen]) => seen === count).map(([path]) => path);
    return always.filter((path) => !now.get(kind).paths.has(path)).map((path) => ({ kind, path }));
  });
  return { newKinds, newFields, goneFields };
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined; // not a message
  }
}

function kindOf(message) {
  const update = message.params?.update ?? message.params?.item ?? message.item ?? {};
  const names = [message, update].flatMap((value) => KIND_KEYS.map((key) => value[key]).filter(isName));
  if (names.length > 0) return names.join(" ");
  return message.result === undefined ? (message.error === undefined ? "?" : "error") : "result";
}

function* pathsOf(value, path = "", depth = 0) {
  if (depth > MAX_DEPTH || typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) yield* pathsOf(item, `${path}[]`, depth + 1);
    return;
  }
  const prefix = prefixOf(value, path);
  for (const [key, inner] of Object.entries(value).filter(([name]) => !isData(name))) {
    yield `${prefix}${key}`;
    yield* pathsOf(inner, `${prefix}${key}`, depth + 1);
  }
}

/** Inside a message the kind of an object is part of the path: a text block has other fields than a tool's. */
function prefixOf(value, path) {
  if (path === "") return "";
  const kind = KIND_KEYS.map((key) => value[key]).find(isName);
  return kind === undefined ? `${path}.` : `${path}(${kind}).`;
}

function isName(value) {
  return typeof value === "string" && /^[\w./-]{1,40}$/.test(value);
}

/** Names that are values: ids, paths, models. */
function isData(key) {
  return !/^[a-zA-Z_$][\w$]{0,40}$/.test(key) || /\d{3}/.test(key);
}
