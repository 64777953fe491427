import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

const root: string = rootOf(import.meta.dirname);

/** The scripted engine. */
export const enginePath: string = join(root, "fixtures/programs-e2e/claude.mjs");

/** The compiled program beside the compiled kit. */
export const mainPath: string = join(import.meta.dirname, "../src/main.js");

/** The checkout: this file is in it, compiled or not. */
function rootOf(dir: string): string {
  if (existsSync(join(dir, "package.json"))) return dir;
  if (dirname(dir) === dir) throw new Error("the fault kit works only inside the checkout of Takopi");
  return rootOf(dirname(dir));
}
