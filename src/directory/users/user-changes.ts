import type { Actor } from '../actor.js';
import { type AttributeChange, attributeChanges, type Document } from '../attribute-changes.js';
import { externalIdChanges } from '../identities.js';
import { statusColumns, type UserStatus } from './user-states.js';

interface UserFacts {
  readonly document: Document;
  readonly status: UserStatus;
  readonly externalId: string | null;
}

/** In what a user differs, as the log tells it. */
export function userChanges(
  actor: Actor,
  before: UserFacts,
  after: UserFacts,
  secrets: ReadonlySet<string> | undefined,
): AttributeChange[] {
  const changes = [
    ...attributeChanges(before.document, after.document, secrets),
    ...externalIdChanges(actor, before.externalId, after.externalId),
  ];
  const [was, is] = [statusColumns(before.status), statusColumns(after.status)];
  if (was.state !== is.state && !changes.some((change) => change.attribute === 'active')) {
    changes.push({ attribute: 'state', old: was.state, new: is.state });
  }
  if (was.resumesTo !== is.resumesTo) {
    changes.push({ attribute: 'stateAfterSuspension', old: was.resumesTo, new: is.resumesTo });
  }
  return changes;
}

/** A word of a connection about a suspended user, as the log tells it. */
export const STAYS_SUSPENDED = 'stays suspended: what is said of active holds after the suspension';
