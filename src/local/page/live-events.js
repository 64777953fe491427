/** A short gap is not worth a banner. */
const GRACE_MS = 1200;
const RETRY_MS = 2000;

/**
 * Listens to the server from event `after` on, and again after every break. `onEvent` gets events, `onHello` the greeting that says
 * whether something was missed, `onConnection` true or false.
 */
export function listenFrom(after, handlers) {
  let grace;
  const source = new EventSource(`/sim/events?after=${after}`);
  source.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    if (event.type === "hello") handlers.onHello(event);
    else handlers.onEvent(event);
  };
  source.onopen = () => {
    clearTimeout(grace);
    grace = undefined;
    handlers.onConnection(true);
  };
  source.onerror = () => {
    grace ??= setTimeout(() => handlers.onConnection(false), GRACE_MS);
    // A browser gives up for good when the answer was no event stream.
    if (source.readyState === EventSource.CLOSED)
      setTimeout(() => listenFrom(handlers.lastEvent(), handlers), RETRY_MS);
  };
}
