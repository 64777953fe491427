import { setFlagsFromString } from "node:v8";

// V8 lets its young generation grow to 48 MB and keeps it: a third of this program's memory, and of no use to one that waits most of
// the time. Decoding an engine's output is as fast without it. Has to be set before it has grown, so this is imported first.
setFlagsFromString("--semi-space-growth-factor=1");
