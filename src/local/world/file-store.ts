/** A file as it came in, from the bot or from a user. */
export interface StoredFile {
  readonly id: string;
  readonly uniqueId: string;
  /** Below `/file/bot<token>/`. */
  readonly path: string;
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** Files in memory, found by `file_id` or by path. */
export class FileStore {
  readonly #byId = new Map<string, StoredFile>();
  readonly #byPath = new Map<string, StoredFile>();
  #last: number;

  constructor(firstId: number) {
    this.#last = firstId;
  }

  add(file: { folder: string; name: string; mediaType: string; bytes: Uint8Array }): StoredFile {
    this.#last += 1;
    const extension = /\.[A-Za-z0-9]{1,10}$/.exec(file.name)?.[0] ?? "";
    const stored = {
      id: `local-file-${this.#last}`,
      uniqueId: `u${this.#last}`,
      path: `${file.folder}/file_${this.#last}${extension}`,
      name: file.name,
      mediaType: file.mediaType,
      bytes: file.bytes,
    };
    this.#byId.set(stored.id, stored);
    this.#byPath.set(stored.path, stored);
    return stored;
  }

  find(id: string): StoredFile | undefined {
    return this.#byId.get(id);
  }

  findByPath(path: string): StoredFile | undefined {
    return this.#byPath.get(path);
  }
}
