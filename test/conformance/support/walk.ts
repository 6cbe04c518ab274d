import { type Answer, type Client, resourcesOf } from './client.ts';
import { expectOk } from './stage.ts';

export type Query = Readonly<Record<string, string | number>>;

/** The pages of a walk by cursor, from its start or from a cursor, to the last one. */
export async function walkPages(client: Client, path: string, query: Query, start = ''): Promise<Answer[]> {
  const pages: Answer[] = [];
  for (let cursor: unknown = start; cursor !== undefined; ) {
    const page = expectOk(await client.get(path, { ...query, cursor: String(cursor) }));
    pages.push(page);
    if (pages.length > 1000) throw new Error('The walk does not end');
    cursor = page.body.nextCursor;
  }
  return pages;
}

/** The pages before a page, the nearest first, by its previousCursor. */
export async function walkBack(client: Client, path: string, query: Query, from: Answer): Promise<Answer[]> {
  const pages: Answer[] = [];
  for (let cursor = from.body.previousCursor; cursor !== undefined; ) {
    const page = expectOk(await client.get(path, { ...query, cursor: String(cursor) }));
    pages.push(page);
    if (pages.length > 1000) throw new Error('The walk does not end');
    cursor = page.body.previousCursor;
  }
  return pages;
}

export function idsOf(pages: readonly Answer[]): string[] {
  return pages.flatMap((page) => resourcesOf(page).map(({ id }) => id));
}
