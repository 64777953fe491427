import { initialState, reduce } from "./state.js";

/** Holds the state and calls `draw` with it once per frame in which something changed. */
export function createStore(draw) {
  let isDue = false;
  const store = {
    state: initialState,
    dispatch(change) {
      store.state = reduce(store.state, change);
      store.redraw();
    },
    redraw() {
      if (isDue) return;
      isDue = true;
      requestAnimationFrame(() => {
        isDue = false;
        draw(store.state);
      });
    },
  };
  return store;
}
