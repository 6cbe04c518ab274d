import type { ApiRequest } from '../api/route.ts';
import type { FaultOptions } from './fault.ts';

/** A fault's turn: false for the first `after` occasions and once it happened `times` times. */
export function turns({ times, after = 0 }: FaultOptions, usual: number | 'always'): () => boolean {
  let skipped = 0;
  let left = (times ?? usual) === 'always' ? Number.POSITIVE_INFINITY : Number(times ?? usual);
  return () => {
    if (skipped < after) {
      skipped += 1;
      return false;
    }
    left -= 1;
    return left >= 0;
  };
}

/** Whether a request is one that a fault is meant for. */
export function meant({ method, key }: FaultOptions, request: ApiRequest, usual?: readonly string[]): boolean {
  if (key !== undefined && request.params.groupKey !== key && request.params.userKey !== key) return false;
  if (method !== undefined) return request.api === method;
  return usual === undefined || usual.includes(request.api);
}
