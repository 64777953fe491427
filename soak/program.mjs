import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Where the built program is that is to be measured; default: what `npm run build` made. */
const dist = process.env["TAKOPI_SOAK_DIST"] ?? fileURLToPath(new URL("../dist", import.meta.url));

/** What of it runs inside this process. */
export async function loadProgram() {
  const load = (file) => import(pathToFileURL(join(dist, "src", file)).href);
  const [{ startBot }, { systemClock }, { loadConfig }, { startLocalTelegram }, { GROUP }] = await Promise.all([
    load("app/start-bot.js"),
    load("app/system-clock.js"),
    load("config/load-config.js"),
    load("local/local-telegram.js"),
    load("local/world/seed.js"),
  ]);
  return { startBot, systemClock, loadConfig, startLocalTelegram, groupId: GROUP.id };
}
