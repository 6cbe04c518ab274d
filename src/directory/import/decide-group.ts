import type { Actor } from '../actor.js';
import { attributeChanges } from '../attribute-changes.js';
import type { NamedEffects } from '../command.js';
import { comparisonKey } from '../comparison-key.js';
import type { InsertedGroup } from '../groups/insert-groups.js';
import { externalIdChanges } from '../identities.js';
import { differingValues, type UniqueValue } from '../unique-values.js';
import type { CurrentGroup } from './current-groups.js';
import type { ImportedGroup } from './imported.js';
import { type Merged, mergeAttributes, mergeUniqueValues } from './merge-attributes.js';
import { ownerAfter, ownerChanges, stillFits } from './rights.js';

/** A group as it was and as it is to be. */
export interface ChangedGroup {
  readonly before: CurrentGroup;
  readonly displayName: string;
  readonly ownerConnectionId: string | null;
  readonly externalId: string;
  readonly merged: Merged;
  readonly values: { readonly gone: readonly UniqueValue[]; readonly added: readonly UniqueValue[] };
  /** Whether anything differs that clients read. */
  readonly visibly: boolean;
}

/** What is to be done about one group. */
export type GroupDecision =
  | { readonly kind: 'outdated' | 'unchanged' | 'refused' }
  | { readonly kind: 'created'; readonly group: InsertedGroup; readonly effects: NamedEffects }
  | { readonly kind: 'updated'; readonly group: ChangedGroup; readonly effects: NamedEffects };

/**
 * @param current the group as it stands under its lock; undefined when there is none
 * @param held whether the group is visible and locked
 */
export function decideGroup(
  actor: Actor,
  imported: ImportedGroup,
  current: CurrentGroup | undefined,
  held: boolean,
): GroupDecision {
  const { id, as, displayName, externalId, reason, secrets } = imported;
  if (as === 'new') return current === undefined ? decideNew(imported) : { kind: 'outdated' };
  if (current === undefined || !held || !stillFits(as, current.ownerConnectionId, actor)) return { kind: 'outdated' };
  if (current.protected && actor.connection !== undefined) return { kind: 'refused' };
  const ownerConnectionId = ownerAfter(as, current.ownerConnectionId, actor);
  const merged = merge(current, imported, displayName);
  const attributes = attributeChanges(current.document, merged.document, secrets);
  const links = externalIdChanges(actor, current.externalId, externalId);
  const changed = [...attributes, ...links, ...ownerChanges(actor, current.ownerConnectionId, ownerConnectionId)];
  if (changed.length === 0 && (actor.connection === undefined || current.linked)) return { kind: 'unchanged' };
  const name = displayName ?? current.displayName;
  return {
    kind: 'updated',
    group: {
      ...{ before: current, displayName: name, ownerConnectionId, externalId, merged },
      values: differingValues(current.uniqueValues, mergeUniqueValues(current.uniqueValues, imported)),
      visibly: attributes.length + (as === 'guest' ? 0 : links.length) > 0,
    },
    effects: { ...described('group.update', id, name), changed, decision: reason },
  };
}

function decideNew(imported: ImportedGroup): GroupDecision {
  const { id, displayName, externalId, reason, secrets, uniqueValues = [] } = imported;
  if (displayName === undefined) throw new Error(`The new group ${id} has no displayName`);
  const { document, folded } = merge({ document: {} }, imported, displayName);
  return {
    kind: 'created',
    group: { id, createdAt: new Date(), profile: { displayName, uniqueValues, document, folded }, externalId },
    effects: {
      ...described('group.create', id, displayName),
      changed: attributeChanges({}, document, secrets),
      decision: reason,
    },
  };
}

function described(action: string, objectId: string, objectName: string) {
  return { action, objectType: 'Group', objectId, objectName, subjects: [] } as const;
}

/** The document shows the name as well. */
function merge(
  { document: before }: Pick<CurrentGroup, 'document'>,
  imported: ImportedGroup,
  displayName: string | undefined,
): Merged {
  const merged = mergeAttributes(before, imported);
  if (displayName === undefined) return merged;
  return {
    ...merged,
    document: { ...merged.document, displayName },
    given: { ...merged.given, displayName },
    folded: { ...merged.folded, displayName: comparisonKey(displayName) },
  };
}
