/**
 * Why a file did not arrive. `refused`: it never will (too big, not allowed, no room). `unavailable`: the server can't be reached or has
 * trouble of its own; trying again is of use, however long that lasts. `broken`: this attempt failed; the next ones may as well.
 */
export type FileFault = "refused" | "unavailable" | "broken";

/** The only error `Files` rejects with. Its message is a part of a sentence for people, and names no address. */
export class FileError extends Error {
  readonly fault: FileFault;
  constructor(fault: FileFault, message: string) {
    super(message);
    this.name = "FileError";
    this.fault = fault;
  }
}
