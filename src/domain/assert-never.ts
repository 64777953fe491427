/** Marks a place that the types prove unreachable. Throws when the types lied. */
export function assertNever(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
