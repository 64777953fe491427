/** Closer than this to the end counts as being at the end, in pixels. */
const NEAR = 48;

/**
 * Keeps a scrolled list at its end while the reader is there, whatever grows, shrinks or opens. `onChange` is told when the reader
 * leaves or reaches the end.
 */
export function followBottom({ scroller, content, onChange }) {
  let follows = true;
  let lastTop = 0;
  let lastHeight = 0;
  const isNear = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
  const toEnd = () => scroller.scrollTo({ top: scroller.scrollHeight, behavior: "instant" });
  const set = (value) => {
    if (value === follows) return;
    follows = value;
    onChange(follows);
  };
  scroller.addEventListener("scroll", () => {
    // A list that shrank or grew scrolls by itself; only the reader's way up ends the following.
    const isReader = scroller.scrollTop < lastTop && scroller.scrollHeight >= lastHeight;
    if (isNear()) set(true);
    else if (isReader) set(false);
    lastTop = scroller.scrollTop;
    lastHeight = scroller.scrollHeight;
  });
  const observer = new ResizeObserver(() => {
    if (follows) toEnd();
  });
  observer.observe(content);
  observer.observe(scroller);
  return {
    get follows() {
      return follows;
    },
    /** Shows the end now and follows it. */
    jump() {
      set(true);
      toEnd();
    },
    /** Shows the end when following. */
    keep() {
      if (follows) toEnd();
    },
  };
}
