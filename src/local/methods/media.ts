import { z } from "zod";
import { badRequest, BotApiFailure } from "../bot-api-failure.ts";
import { toApiMessage } from "../bot-api-types.ts";
import { postMessage, type NewMessage } from "../world/posting.ts";
import { storeMedia } from "../world/user-messages.ts";
import { readCaption } from "./content.ts";
import { readKeyboard } from "./keyboard.ts";
import type { BotCall, BotMethods } from "./method.ts";
import { Params, type UploadedFile } from "./params.ts";
import { placeMessage, requireChat } from "./targets.ts";

/** Files out and in. */
export const mediaMethods: BotMethods = {
  sendDocument: (call) => sendFile(call, "document"),
  sendPhoto: (call) => sendFile(call, "photo"),
  sendVoice: (call) => sendFile(call, "voice"),
  sendMediaGroup,
  getFile,
};

type MediaKind = "document" | "photo" | "voice";

const MB = 1024 * 1024;
/** Telegram: uploads up to 50 MB (photos 10 MB), downloads up to 20 MB. */
const MAX_UPLOAD: Readonly<Record<MediaKind, number>> = { document: 50 * MB, voice: 50 * MB, photo: 10 * MB };
const MAX_DOWNLOAD: number = 20 * MB;

function sendFile(call: BotCall, kind: MediaKind): unknown {
  const keyboard = readKeyboard(call.params);
  const chat = requireChat(call);
  const place = placeMessage(call, chat);
  const media = readMedia(call, { kind, reference: call.params.text(kind) ?? "", file: call.params.file(kind) });
  return toApiMessage(postMessage(call.state, chat, { ...place, ...media, ...readCaption(call.params), ...keyboard }));
}

const MediaItem = z.looseObject({ type: z.enum(["document", "photo"]), media: z.string() });

function sendMediaGroup(call: BotCall): unknown {
  const items = z.array(MediaItem).safeParse(call.params.json("media", "media"));
  if (!items.success) throw badRequest("can't parse InputMedia: expected an Array of InputMedia");
  if (items.data.length < 2 || items.data.length > 10) {
    throw badRequest("group send failed: the group must have 2-10 items");
  }
  if (new Set(items.data.map((item) => item.type)).size > 1) {
    throw badRequest("document can't be mixed with other media types");
  }
  const chat = requireChat(call);
  const place = placeMessage(call, chat);
  // All are read before the first one is sent: an album comes whole or not at all.
  const contents = items.data.map((item) => ({
    ...readMedia(call, { kind: item.type, reference: item.media, file: call.params.attached(item.media) }),
    ...readCaption(new Params(new Map(Object.entries(item)))),
  }));
  const media_group_id = `album-${chat.id}-${chat.lastId + 1}`;
  return contents.map((content) =>
    toApiMessage(postMessage(call.state, chat, { ...place, ...content, media_group_id })),
  );
}

function readMedia(
  { state }: BotCall,
  media: { kind: MediaKind; reference: string; file: UploadedFile | undefined },
): Pick<NewMessage, MediaKind> {
  const { kind, file, reference } = media;
  if (file !== undefined) {
    if (file.bytes.byteLength > MAX_UPLOAD[kind]) throw new BotApiFailure(413, "Request Entity Too Large");
    if (file.bytes.byteLength === 0) throw badRequest("file must be non-empty");
    return storeMedia(state, { kind, name: file.name, type: file.type, bytes: file.bytes });
  }
  const known = state.files.find(reference);
  if (known !== undefined)
    return storeMedia(state, { kind, name: known.name, type: known.mediaType, bytes: known.bytes });
  if (reference === "") throw badRequest(`there is no ${kind} in the request`);
  throw badRequest("wrong file identifier/HTTP URL specified");
}

function getFile({ state, params }: BotCall): unknown {
  const file = state.files.find(params.text("file_id") ?? "");
  if (file === undefined) throw badRequest("wrong file_id or the file is temporarily unavailable");
  if (file.bytes.byteLength > MAX_DOWNLOAD) throw badRequest("file is too big");
  const { id: file_id, uniqueId: file_unique_id, path: file_path } = file;
  return { file_id, file_unique_id, file_size: file.bytes.byteLength, file_path };
}
