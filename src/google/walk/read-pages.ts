import { RollcallError } from '../../errors/index.js';
import type { Page } from '../client/index.js';

/** What is read page by page, for messages. */
export type Collection = 'users' | 'deleted users' | 'groups' | 'members';

/**
 * Reads a list to its end. A page without its collection is an empty page: what an empty list means is for the proof.
 * @throws RollcallError `google.repeated-page` where Google leads in a circle, and what `list` and `take` throw
 */
export async function readPages<Item>(
  collection: Collection,
  list: (pageToken: string | undefined) => Promise<Page<Item>>,
  take: (items: readonly Item[]) => Promise<void>,
): Promise<void> {
  const seen = new Set<string>();
  let pageToken: string | undefined;
  do {
    const page = await list(pageToken);
    await take(page.items);
    pageToken = page.nextPageToken;
    if (pageToken === undefined) return;
    if (seen.has(pageToken)) {
      const message = `Google's list of ${collection} leads in a circle: the list cannot be trusted, nothing was changed.`;
      throw new RollcallError('unavailable', 'google.repeated-page', message, { class: 'transient' });
    }
    seen.add(pageToken);
  } while (pageToken !== undefined);
}
