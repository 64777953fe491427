import { discoverBackends, loadPluginBackend, type DiscoveredBackend } from "../../runner/discover-backends.ts";
import { findExecutable, listPath, type MayBeThere } from "../../wire/find-executable.ts";

/** Where engines come from. */
export interface EngineIdsInput {
  readonly plugins: readonly string[];
  /** Directory that paths of plugins are relative to. */
  readonly configDir: string;
  /** The value of PATH. */
  readonly path: string;
  /** Default: the `runners` folder of this program. */
  readonly runnersDir?: URL | string;
}

/** Ids of the built-in engines, of the plugins that can be loaded, and of the variants of both whose program is installed. */
export async function listEngineIds(input: EngineIdsInput): Promise<readonly string[]> {
  const builtIn = await discoverBackends(input.runnersDir ?? new URL("../../../runners", import.meta.url));
  const added = await Promise.all(
    input.plugins.map(async (plugin) => await loadPluginBackend(plugin, input.configDir)),
  );
  const found = [...builtIn, ...added];
  const mayBeThere = await listPath(input.path);
  const variants = await Promise.all(
    found.map(async (source) => await installedVariants(source, { path: input.path, mayBeThere })),
  );
  const ids = found.map((source) => (source.kind === "backend" ? source.backend.id : source.id));
  return [...new Set([...ids, ...variants.flat()])];
}

async function installedVariants(
  source: DiscoveredBackend,
  { path, mayBeThere }: { readonly path: string; readonly mayBeThere: MayBeThere },
): Promise<readonly string[]> {
  const known = source.kind === "backend" ? (source.backend.variants ?? []) : [];
  const variants = known.filter(({ program }) => mayBeThere(program.command));
  const programs = await Promise.all(variants.map(async ({ program }) => await findExecutable(program.command, path)));
  return variants.filter((_, index) => programs[index]?.kind === "found").map(({ id }) => id);
}
