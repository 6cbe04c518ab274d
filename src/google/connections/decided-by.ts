import type { Actor } from '../../directory/index.js';

/** Who decided, as it is shown with what was decided. */
export function decidedBy({ source, apiTokenId }: Actor): string {
  return apiTokenId === undefined ? source : `${source} token ${apiTokenId}`;
}
