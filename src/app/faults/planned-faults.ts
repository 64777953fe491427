import type { Chat } from "../../bridge/chat-port.ts";
import type { Log } from "../../bridge/ports.ts";
import type { OutboxRow, Store } from "../../bridge/store-port.ts";
import { StoreError } from "../../store/store-error.ts";
import { type ArmedFailPoint, parseFailPoint, type Passing } from "./fail-points.ts";
import { StartError } from "../start-error.ts";

/** The ports with the faults a test has planned. */
export interface PlannedFaults {
  store(store: Store): Store;
  chat(chat: Chat): Chat;
}

export interface FaultDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
  /** Ends this program at once, as a crash would. */
  readonly kill: () => void;
}

/**
 * The faults of two environment variables, which are for tests only: `TAKOPI_FAIL_POINT=name[@hit]` ends the program with SIGKILL at
 * that passing of a fail point; `TAKOPI_JOURNAL_FAULT=full@from..to` or `readonly@from..to` lets those writes of the journal fail,
 * counted from 1. Without them the ports are returned as they are. Throws `StartError` when they can't be read.
 */
export function plannedFaults({ env, log, kill }: FaultDeps): PlannedFaults {
  const failPoint = env["TAKOPI_FAIL_POINT"];
  const journalFault = env["TAKOPI_JOURNAL_FAULT"];
  if (failPoint === undefined && journalFault === undefined) return { store: (store) => store, chat: (chat) => chat };
  log.warn("faults are planned, which is for tests only", { failPoint, journalFault });
  const failing = journalFault === undefined ? undefined : parseJournalFault(journalFault);
  const armed = failPoint === undefined ? undefined : watch(parseFailPoint(failPoint), kill);
  return {
    store: (store) => interceptCalls(failing === undefined ? store : failingStore(store, failing), "store", armed),
    chat: (chat) => interceptCalls(chat, "chat", armed),
  };
}

type Watch = (call: Omit<Passing, "calls"> & { readonly name: string; readonly args: readonly unknown[] }) => void;

/** Counts the passings of one fail point and ends the program at the right one. */
function watch({ point: { at }, hit }: ArmedFailPoint, kill: () => void): Watch {
  const kindOf = createKinds();
  let passed = 0;
  return ({ port, when, name, args }) => {
    const kind = kindOf(name, args);
    const isHere = port === at.port && when === at.when && at.calls.includes(name);
    if (!isHere || (at.of !== undefined && at.of !== kind)) return;
    passed += 1;
    if (passed === hit) kill();
  };
}

/** What a call is about: the kind of its message, or the state it leads to. Rows of the outbox are known by their ids only. */
function createKinds(): (name: string, args: readonly unknown[]) => string | undefined {
  const rows = new Map<unknown, string>();
  return (name, args) => {
    const [first, second, third] = args;
    switch (name) {
      case "nextDeliveries":
        // Called with its result behind the arguments.
        if (Array.isArray(second)) for (const row of second) rememberRow(rows, row);
        return undefined;
      case "markSending":
      case "markSent":
        return rows.get(first);
      case "linkMessage":
        return String(third);
      case "settleDecision":
        return String(second);
      case "sendDocument":
        return "final";
      default:
        return textUnder(first, "urgency") ?? textUnder(first, "state");
    }
  };
}

function rememberRow(rows: Map<unknown, string>, row: OutboxRow): void {
  const isNew = row.operation.type === "send" || row.operation.type === "document";
  const kind = row.decision === undefined ? row.role : "decision";
  rows.set(row.id, isNew ? kind : row.operation.type);
}

function textUnder(value: unknown, key: "urgency" | "state"): string | undefined {
  if (typeof value !== "object" || value === null || !(key in value)) return undefined;
  const found: unknown = Reflect.get(value, key);
  return typeof found === "string" ? found : undefined;
}

function interceptCalls<Port extends object>(port: Port, name: Passing["port"], armed: Watch | undefined): Port {
  if (armed === undefined) return port;
  return wrapCalls(port, (call, args, perform) => {
    armed({ port: name, when: "before", name: call, args });
    const result = perform();
    if (!(result instanceof Promise)) {
      armed({ port: name, when: "after", name: call, args: [...args, result] });
      return result;
    }
    return result.then((value: unknown) => {
      armed({ port: name, when: "after", name: call, args });
      return value;
    });
  });
}

interface JournalFault {
  readonly reason: "full" | "unwritable";
  readonly from: number;
  readonly to: number;
}

function parseJournalFault(text: string): JournalFault {
  const [, kind, from, to] = /^(full|readonly)@([1-9]\d*)\.\.([1-9]\d*)$/.exec(text) ?? [];
  if (kind === undefined)
    throw new StartError(
      `TAKOPI_JOURNAL_FAULT, which is for tests only, can't be read as "${text}": unset it, or use full@FROM..TO or readonly@FROM..TO`,
    );
  return { reason: kind === "full" ? "full" : "unwritable", from: Number(from), to: Number(to) };
}

/** Everything else writes. */
const READS: ReadonlySet<string> = new Set<keyof Store>([
  "pendingUpdates",
  "findRun",
  "runnableRuns",
  "nextDueAt",
  "runsInState",
  "recentModels",
  "openPaste",
  "pastTurns",
  "queuedBefore",
  "findMessage",
  "openCards",
  "progressMessage",
  "recallSession",
  "nextDeliveries",
  "nextDeliveryAt",
  "recordedProcesses",
  "pairedUsers",
  "hasOpenPairing",
  "getFact",
  "findDecision",
  "decisionOfMessage",
  "openDecisions",
  "findOffer",
  "preference",
  "usagesSince",
  "placesOfSession",
  "resultOf",
  "lastAnswered",
  "steeredInto",
  "isSendingFor",
  "findSentFile",
  "albumOf",
  "filesOf",
  "runsToFetch",
  "close",
]);

function failingStore(store: Store, { reason, from, to }: JournalFault): Store {
  let writes = 0;
  return wrapCalls(store, (call, _args, perform) => {
    if (READS.has(call)) return perform();
    writes += 1;
    if (writes < from || writes > to) return perform();
    throw new StoreError(reason, `The journal can't be written: this fault was planned (${call})`);
  });
}

type Around = (name: string, args: readonly unknown[], perform: () => unknown) => unknown;

/** The same port, with `around` around each of its calls. */
function wrapCalls<Port extends object>(port: Port, around: Around): Port {
  return new Proxy(port, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      return (...args: readonly unknown[]): unknown =>
        around(String(key), args, () => {
          const result: unknown = Reflect.apply(value, target, args);
          return result;
        });
    },
  });
}
