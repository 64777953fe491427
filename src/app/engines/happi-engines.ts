import { ruleSubject } from "../../bridge/decisions/subject.ts";
import type { LoadedConfig } from "../../config/load-config.ts";
import type { ApprovalRequest } from "../../domain/decision.ts";
import type { EngineId } from "../../domain/event.ts";
import type { HappiEngines } from "../../happi/happi-host.ts";
import { isCovered, parseAllowRule } from "../../routing/approval-policy.ts";
import { engineSource } from "./engine-source.ts";
import type { Engines } from "./engines.ts";

/** All engines of a configuration as a HAPPI client may run them. Their children do not see the bot's token. */
export function happiEngines(
  engines: Engines,
  { config }: LoadedConfig,
  env: Readonly<Record<string, string | undefined>>,
): HappiEngines {
  const source = engineSource(engines, env, [config.transports.telegram.bot_token]);
  return {
    ids: engines.all.map(({ id }) => id),
    runner: (id) => source.runner(id),
    whyUnavailable: (id) => source.whyUnavailable(id),
    environment: (id) => source.environment(id),
    isAllowed: (id, request) => isAllowed(config, id, request),
  };
}

/** Where the bot would ask its user, nobody is there to say yes. */
function isAllowed({ approvals }: LoadedConfig["config"], engine: EngineId, request: ApprovalRequest): boolean {
  const rules = approvals.allow.map(parseAllowRule).filter((rule) => rule !== undefined);
  switch (approvals.engines[engine] ?? approvals.policy) {
    case "yolo":
      return true;
    case "auto":
      return isCovered(request, ruleSubject(request), rules);
    case "ask":
    case "deny":
      return false;
  }
}
