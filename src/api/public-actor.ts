import type { Actor } from '../directory/index.js';

/** Somebody without a token of the API, who has shown another way who they are. */
export function publicActor({
  siteId,
  userId,
  correlationId,
}: Pick<Actor, 'siteId' | 'userId' | 'correlationId'>): Actor {
  return { siteId, source: 'api', connection: undefined, userId, correlationId };
}
