/** Enough to hide the way to the API server, and few enough that one release does not crowd out the others. */
export const requestLimit = 8;

/** As `Promise.all` over a map, with at most `requestLimit` at work. Rejects with the first failure, after those at work have ended. */
export async function mapConcurrently<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  const failures: { readonly index: number; readonly error: unknown }[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && failures.length === 0) {
      const index = next;
      next += 1;
      try {
        results[index] = await work(items[index] as T);
      } catch (error) {
        failures.push({ index, error });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(requestLimit, items.length) }, worker));
  const first = failures.toSorted((a, b) => a.index - b.index)[0];
  if (first !== undefined) throw first.error;
  return results;
}
