const PAGE = new URL("../../../src/local/page/", import.meta.url);

/** A module of the page that needs no browser, by its file name. The page is plain JavaScript: the caller says what is in it. */
export async function importPageModule<Module>(name: string): Promise<Module> {
  return await import(new URL(name, PAGE).href);
}
