/** The title of the questions the gate asks, by which the runner tells them from those of other extensions. */
export const gateTitle = "takopi.approval";

/** The names of the tools that wait for an approval, joined by commas; `*` means all. */
export const gateVariable = "TAKOPI_PI_ASK_BEFORE";

/** The part of pi's extension API that is used here: 0.73.1 to 1.5.2. */
interface ExtensionApi {
  on(event: "tool_call", handler: (call: ToolCall, context: Context) => Promise<Verdict>): void;
}

interface ToolCall {
  readonly toolName: string;
  readonly input: unknown;
}

interface Context {
  readonly hasUI: boolean;
  readonly ui: { input(title: string, placeholder: string): Promise<string | undefined> };
}

type Verdict = { readonly block: true; readonly reason: string } | undefined;

/**
 * An extension that pi itself loads (`--extension`): it asks the runner before a tool runs, and blocks the tool unless the answer
 * is `allow`. Any other answer is the reason, which the model reads. It imports nothing, for pi runs it outside of this program.
 */
function askFirst(pi: ExtensionApi): void {
  const names = (process.env[gateVariable] ?? "*").split(",");
  pi.on("tool_call", async ({ toolName, input }, { hasUI, ui }) => {
    if (!names.includes("*") && !names.includes(toolName)) return undefined;
    const answer = hasUI ? await ui.input(gateTitle, JSON.stringify({ tool: toolName, input }, shortened)) : undefined;
    return answer === "allow" ? undefined : { block: true, reason: answer ?? "Nobody approved this." };
  });
}

/** What is approved should be seen as a whole; beyond this nobody reads it. */
const maxChars = 100_000;

function shortened(_key: string, value: unknown): unknown {
  return typeof value === "string" && value.length > maxChars ? `${value.slice(0, maxChars)}…` : value;
}

// oxlint-disable-next-line import/no-default-export -- it is where pi looks for an extension
export { askFirst as default };
