import type { EngineId } from "../../domain/event.ts";
import type { EngineVariant } from "../../runner/backend.ts";
import { discoverBackends, loadPluginBackend, type DiscoveredBackend } from "../../runner/discover-backends.ts";

/** Where engines come from. */
export interface CandidatesInput {
  /** Directory of `takopi.toml`. */
  readonly configDir: string;
  /** `[plugins] runners`. */
  readonly plugins: readonly string[];
  /** The `[engines.<id>]` tables. `kind` names the backend; absent, the backend has the same id. */
  readonly defined: Readonly<Record<string, { readonly kind?: string }>>;
  /** Default: the `runners` folder of this program. */
  readonly runnersDir?: URL | string;
}

/** An engine by the name the user knows, and where it comes from. */
export interface Candidate {
  readonly id: EngineId;
  readonly source: DiscoveredBackend;
  /** What the source knows of this very engine. */
  readonly variant?: EngineVariant;
  /** How error messages call its table. */
  readonly tableName: string;
}

/**
 * The engines there may be: folders, plugins, the variants these know, and the tables of the user, which win.
 */
export async function findCandidates(input: CandidatesInput): Promise<readonly Candidate[]> {
  const builtIn = await discoverBackends(input.runnersDir ?? new URL("../../../runners", import.meta.url));
  const sources = new Map(builtIn.map((source) => [idOf(source), source]));
  for (const spec of input.plugins) {
    const source = await loadPluginBackend(spec, input.configDir);
    if (sources.has(idOf(source))) sources.set(spec, alreadyThere(spec, idOf(source)));
    else sources.set(idOf(source), source);
  }
  const variants = [...sources.values()].flatMap(variantsOf);
  const candidates = new Map(variants.map((candidate) => [candidate.id, candidate]));
  for (const [id, source] of sources) candidates.set(id, { id, source, tableName: `[${id}]` });
  for (const [id, { kind = id }] of Object.entries(input.defined)) {
    const tableName = `[engines.${id}]`;
    // `kind` may also name a variant, for a second engine of its program.
    const { source, variant } =
      variants.find((known) => known.id === kind && !sources.has(kind)) ??
      variants.find((known) => known.id === id && idOf(known.source) === kind) ??
      ({ source: sources.get(kind) ?? unknownKind(id, kind, [...sources.keys()]) } satisfies Partial<Candidate>);
    candidates.set(id, { id, source, ...(variant && { variant }), tableName });
  }
  return [...candidates.values()];
}

function variantsOf(source: DiscoveredBackend): readonly Candidate[] {
  const variants = source.kind === "backend" ? (source.backend.variants ?? []) : [];
  return variants.map((variant) => ({ id: variant.id, source, variant, tableName: `[${variant.id}]` }));
}

function idOf(source: DiscoveredBackend): EngineId {
  return source.kind === "backend" ? source.backend.id : source.id;
}

function alreadyThere(spec: string, id: EngineId): DiscoveredBackend {
  return { kind: "broken", id: spec, problem: `the plugin ${spec} has the id of another engine, ${id}; rename it` };
}

function unknownKind(id: EngineId, kind: string, known: readonly string[]): DiscoveredBackend {
  const problem = `[engines.${id}] has kind "${kind}", which is none of ${known.join(", ")}`;
  return { kind: "broken", id, problem };
}
