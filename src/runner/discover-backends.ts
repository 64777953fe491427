import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { z } from "zod";
import type { EngineId } from "../domain/event.ts";
import type { EngineBackend } from "./backend.ts";
import { findPackageEntry } from "./find-package.ts";
import type { Toolkit } from "./toolkit.ts";

/** An engine that was found. `id` of a broken one is its folder name, or what `[plugins] runners` calls it. */
export type DiscoveredBackend =
  | { readonly kind: "backend"; readonly backend: EngineBackend }
  | { readonly kind: "broken"; readonly id: EngineId; readonly problem: string };

/**
 * The engines in the folders of `runnersDir`, by id: every folder with an `index.js` (built) or `index.ts` (source) is one.
 * A folder that can't be used is reported in its place and never keeps the others from working.
 */
export async function discoverBackends(runnersDir: URL | string): Promise<DiscoveredBackend[]> {
  const root = typeof runnersDir === "string" ? runnersDir : fileURLToPath(runnersDir);
  const entries = await readdir(root, { withFileTypes: true });
  const ids = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const found = ids.toSorted().flatMap((id) => {
    const file = indexFile(join(root, id));
    return file === undefined ? [] : [{ id, file }];
  });
  return await Promise.all(found.map(loadFolder));
}

/**
 * An engine of the user, as `[plugins] runners` names it: a path (relative to `configDir`, or `~/…`) of a JavaScript file or of a
 * folder with an index file, or the name of a package installed in `configDir` or beside this program.
 */
export async function loadPluginBackend(spec: string, configDir: string): Promise<DiscoveredBackend> {
  try {
    const file = await pluginFile(spec, configDir);
    if (file === undefined || !existsSync(file)) return broken(spec, notFound(spec, configDir));
    return await loadBackend(spec, file);
  } catch (error) {
    return broken(spec, `the package ${spec} can't be read: ${messageOf(error)}`);
  }
}

async function pluginFile(spec: string, configDir: string): Promise<string | undefined> {
  if (isPath(spec)) return pathOf(spec, configDir);
  return await findPackageEntry(spec, [configDir, dirname(fileURLToPath(import.meta.url))]);
}

async function loadFolder({ id, file }: { id: EngineId; file: string }): Promise<DiscoveredBackend> {
  const loaded = await loadBackend(id, file);
  if (loaded.kind === "broken" || loaded.backend.id === id) return loaded;
  return broken(id, `the backend in folder ${id} calls itself ${loaded.backend.id}; both names must be equal`);
}

async function loadBackend(id: EngineId, file: string): Promise<DiscoveredBackend> {
  try {
    const module: unknown = await import(pathToFileURL(file).href);
    const parsed = moduleSchema.safeParse(await backendIn(module));
    if (parsed.success) return { kind: "backend", backend: parsed.data.backend };
    return broken(id, `${file} exports no usable backend: ${z.prettifyError(parsed.error)}`);
  } catch (error) {
    return broken(id, `${file} can't be loaded: ${messageOf(error)}`);
  }
}

/** A plugin may build its backend with the toolkit instead of importing what it needs. */
async function backendIn(module: unknown): Promise<unknown> {
  const factory = factorySchema.safeParse(module);
  if (!factory.success) return module;
  const { toolkit } = await import("./toolkit.ts");
  return { backend: factory.data.createBackend(toolkit) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function broken(id: EngineId, problem: string): DiscoveredBackend {
  return { kind: "broken", id, problem };
}

function indexFile(folder: string): string | undefined {
  return ["index.js", "index.mjs", "index.ts"].map((name) => join(folder, name)).find((file) => existsSync(file));
}

function isPath(spec: string): boolean {
  return /^(?:\.|~?\/)|\.[cm]?[jt]s$/u.test(spec);
}

function pathOf(spec: string, configDir: string): string {
  const path = spec.startsWith("~/") ? join(homedir(), spec.slice(2)) : resolve(configDir, spec);
  return indexFile(path) ?? path;
}

function notFound(spec: string, configDir: string): string {
  return isPath(spec)
    ? `${pathOf(spec, configDir)} does not exist; paths in [plugins] runners are relative to ${configDir}`
    : `the package ${spec} is not installed; run: npm install --prefix ${configDir} ${spec}`;
}

const idSchema = z.string().regex(/^[a-z][a-z0-9_-]*$/u, "lower-case letters, digits, - and _ only");

const programSchema = z.looseObject({
  command: z.string().min(1),
  installHint: z.string(),
  versionArgs: z.array(z.string()).readonly().exactOptional(),
});

const variantSchema = z.looseObject({
  id: idSchema,
  program: programSchema,
  environment: z.array(z.string()).readonly().default([]),
  settings: z.record(z.string(), z.unknown()).default({}),
});

/**
 * What a backend must look like at the least. Backends of users are plain JavaScript without our types, and may leave out
 * `environment`, and `configSchema` when they take any table.
 */
const moduleSchema = z.object({
  backend: z.looseObject({
    id: idSchema,
    program: programSchema.exactOptional(),
    environment: z.array(z.string()).readonly().default([]),
    variants: z.array(variantSchema).readonly().exactOptional(),
    configSchema: z.custom<z.ZodType>(isSchema, "not a zod schema").default(() => z.unknown()),
    createRunner: z.custom<EngineBackend["createRunner"]>((value) => typeof value === "function", "not a function"),
  }),
});

const factorySchema = z.looseObject({
  createBackend: z.custom<(tools: Toolkit) => unknown>((value) => typeof value === "function"),
});

function isSchema(value: unknown): boolean {
  return typeof value === "object" && value !== null && "safeParse" in value && typeof value.safeParse === "function";
}
