import type { HappySocket, SocketListener } from "./socket.ts";

/** Takes what a socket tells; returns what ends that. */
export type Listen = (listener: SocketListener) => () => void;

/** Keeps what a socket tells until somebody listens, and tells it them first: nothing is missed while a record is fetched. */
export function keepBacklog(socket: HappySocket): { readonly listen: Listen; readonly drop: () => void } {
  const kept: ((to: SocketListener) => void)[] = [];
  const drop = socket.listen({
    update: (body) => kept.push((to) => to.update?.(body)),
    ephemeral: (payload) => kept.push((to) => to.ephemeral?.(payload)),
    lost: () => kept.push((to) => to.lost?.()),
    regained: () => kept.push((to) => to.regained?.()),
    failed: (error) => kept.push((to) => to.failed?.(error)),
  });
  return {
    drop,
    listen(listener) {
      drop();
      const stop = socket.listen(listener);
      for (const tell of kept.splice(0)) tell(listener);
      return stop;
    },
  };
}
