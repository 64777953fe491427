import type { BridgeSettings } from "./settings.ts";

/** The project of a chat, else the default one. */
export function ambientProject(
  { projects, defaultProject }: Pick<BridgeSettings, "projects" | "defaultProject">,
  chatId: number,
): { readonly project?: string } {
  const project = [...projects].find(([, known]) => known.chatId === chatId)?.[0] ?? defaultProject;
  return project === undefined ? {} : { project };
}
