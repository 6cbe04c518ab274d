import type { Sql } from '../../database/index.js';
import type { Actor } from '../actor.js';
import type { AttributeChange } from '../attribute-changes.js';
import { countDelta } from '../object-counts.js';
import { ownerChange } from '../ownership.js';
import type { ImportRight } from './imported.js';

type ExistingRight = Exclude<ImportRight, 'new'>;

/** Whether an object with this owner is still what the import took it for. */
export function stillFits(right: ExistingRight, ownerConnectionId: string | null, { connection }: Actor): boolean {
  const ours = connection?.id ?? null;
  switch (right) {
    case 'own':
      return ownerConnectionId === ours;
    case 'adopt':
      return ownerConnectionId === null;
    case 'take-over':
      return true;
    case 'guest':
      return ownerConnectionId !== ours;
  }
}

/** Who owns the object afterwards. */
export function ownerAfter(
  right: ExistingRight,
  ownerConnectionId: string | null,
  { connection }: Actor,
): string | null {
  return right === 'guest' ? ownerConnectionId : (connection?.id ?? null);
}

/** A change of the owner as the log tells it. */
export function ownerChanges(actor: Actor, before: string | null, after: string | null): AttributeChange[] {
  return before === after ? [] : [{ ...ownerChange(actor), old: before ?? undefined }];
}

/** Whether the acting connection may take an object away: its own; an administrator any. */
export function mayRemove(
  { ownerConnectionId }: { readonly ownerConnectionId: string | null },
  { connection }: Actor,
): boolean {
  return connection === undefined || ownerConnectionId === connection.id;
}

/** The differences in the counts of objects whose owners change, or that go: they have none afterwards. */
export function ownerCounts(
  siteId: number,
  type: 'User' | 'Group',
  changes: readonly { readonly before: string | null; readonly after?: string | null }[],
): Sql[] {
  const differences = new Map<string | null, number>();
  const count = (owner: string | null, difference: number) =>
    differences.set(owner, (differences.get(owner) ?? 0) + difference);
  for (const { before, after } of changes) {
    count(before, -1);
    if (after !== undefined) count(after, 1);
  }
  return [...differences].flatMap(([owner, difference]) =>
    difference === 0 ? [] : [countDelta(siteId, type, owner, difference)],
  );
}
