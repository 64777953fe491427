import { acceptFile, type AcceptFilesDeps } from "../../bridge/files/accept-files.ts";
import type { Feature } from "./feature.ts";

/** Photos, documents, audio and video, single or in albums. */
export function fileFeature(deps: AcceptFilesDeps): Feature {
  return (incoming) => {
    if (incoming.kind !== "message" || incoming.message.file === undefined) return false;
    const again = acceptFile(deps, incoming.message);
    return again === undefined ? true : { again };
  };
}
