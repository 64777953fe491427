import type { JsonRpcPeer } from "../../src/wire/json-rpc.ts";

/** The first words to an app-server. Without the experimental part of its protocol it takes no plan mode (0.169.0). */
export async function greet(peer: JsonRpcPeer): Promise<void> {
  const clientInfo = { name: "takopi", title: "Takopi", version: "1" };
  await peer.request("initialize", { clientInfo, capabilities: { experimentalApi: true } });
  peer.notify("initialized");
}
