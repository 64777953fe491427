import type { Message } from "grammy/types";
import type { IncomingFile } from "../../domain/incoming.ts";
import { safeFileName } from "./safe-name.ts";

type Media = Pick<
  Message,
  "message_id" | "photo" | "live_photo" | "animation" | "video" | "video_note" | "audio" | "document"
>;

/** The file of a message that can be given to an engine; undefined for text, and for what engines have no use for. */
export function fileOf(message: Media): IncomingFile | undefined {
  const { message_id: id } = message;
  // Telegram lists the sizes of a photo from the smallest to the largest.
  const photo = (message.photo ?? message.live_photo?.photo)?.at(-1);
  if (photo !== undefined) return toFile(photo, { name: `photo-${id}.jpg`, mediaType: "image/jpeg" });
  const { animation, video, video_note: round, audio, document } = message;
  // An animation also has a `document`, for old clients.
  if (animation !== undefined) return toFile(animation, { name: `animation-${id}.mp4`, mediaType: "video/mp4" });
  const film = video ?? round;
  if (film !== undefined) return toFile(film, { name: `video-${id}.mp4`, mediaType: "video/mp4" });
  if (audio !== undefined) return toFile(audio, { name: `audio-${id}.mp3`, mediaType: "audio/mpeg" });
  return document && toFile(document, { name: `file-${id}`, mediaType: "application/octet-stream" });
}

interface TelegramFile {
  readonly file_id: string;
  readonly file_unique_id: string;
  readonly file_size?: number;
  readonly file_name?: string;
  readonly mime_type?: string;
}

/** Name and type are the sender's: what can't be used of them is replaced. */
function toFile(file: TelegramFile, fallback: Pick<IncomingFile, "name" | "mediaType">): IncomingFile {
  const { file_id: fileId, file_unique_id: uniqueId, file_size: sizeBytes, file_name: name, mime_type: type } = file;
  return {
    fileId,
    uniqueId,
    name: (name !== undefined && safeFileName(name)) || fallback.name,
    mediaType: type !== undefined && /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : fallback.mediaType,
    ...(sizeBytes !== undefined && { sizeBytes }),
  };
}
