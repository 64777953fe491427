/** What the promise resolves to, if it does so in time; a rejection counts as not. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), ms)));
  const failed = (): undefined => undefined;
  try {
    return await Promise.race([promise.catch(failed), late]);
  } finally {
    clearTimeout(timer);
  }
}
