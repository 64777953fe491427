import type { Albums } from "../../bridge/files/albums.ts";
import type { Feature } from "./feature.ts";

/** What a person writes right after an album, or changes of it, comes after it; what belongs to the album does not wait for itself. */
export function afterAlbumFeature({ albums }: { readonly albums: Albums }): Feature {
  return (incoming) => {
    if (incoming.kind !== "message" && incoming.kind !== "edited") return false;
    const { message } = incoming;
    if (incoming.kind === "message" && message.file !== undefined && message.mediaGroupId !== undefined) return false;
    const again = albums.holdBack(message);
    return again !== undefined && { again };
  };
}
