/**
 * Waits for all works. The first error ends the others and is thrown when none of them is at it any more: what comes
 * after must not meet with what they still write.
 */
export async function allOrNone<Results extends readonly unknown[] | []>(
  works: { readonly [Index in keyof Results]: Promise<Results[Index]> },
  failing: AbortController,
): Promise<Results> {
  try {
    return (await Promise.all(works)) as unknown as Results;
  } catch (error) {
    failing.abort(error);
    await Promise.allSettled(works);
    throw error;
  }
}
