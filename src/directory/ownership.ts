import { RollcallError } from '../errors/index.js';
import type { Actor } from './actor.js';
import type { AttributeChange } from './attribute-changes.js';
import { comparisonKey } from './comparison-key.js';

/** What ownership asks of an object that somebody wants to write. */
export interface OwnedObject {
  readonly kind: 'user' | 'group' | 'resource';
  readonly ownerConnectionId: string | null;
  /** A group that no connection may write. */
  readonly protected: boolean;
}

export type WriteRight = 'owner' | 'adopts';

/**
 * Whether the actor may write the object (design section 3, Ownership): its owner always, a connection with `adopt`
 * an object without owner, which it then owns; administrators may write everything.
 * @throws RollcallError `forbidden`, `ownership.*`
 */
export function writeRight(object: OwnedObject, actor: Actor): WriteRight {
  const connection = actor.connection;
  if (connection === undefined || object.ownerConnectionId === connection.id) {
    if (connection !== undefined && object.protected) throw protectedGroup();
    return 'owner';
  }
  if (object.protected) throw protectedGroup();
  if (object.ownerConnectionId !== null) {
    throw new RollcallError(
      'forbidden',
      'ownership.other-owner',
      `This ${object.kind} belongs to another connection; remove it there first, or let an administrator move it.`,
      { owner: object.ownerConnectionId },
    );
  }
  if (!connection.adopt) {
    throw new RollcallError(
      'forbidden',
      'ownership.not-adopted',
      `This ${object.kind} is managed locally; switch on "adopt" for this connection to let it take over.`,
    );
  }
  return 'adopts';
}

/** An adoption as the log tells it; what a client reads of the object is the same as before. */
export function ownerChange(actor: Actor): AttributeChange {
  return { attribute: 'owner', old: undefined, new: actor.connection?.name };
}

/** The domain of the address by which an identity provider finds a user: the userName, else the first e-mail. */
export function linkingDomain(userName: string, emails: readonly string[]): string | undefined {
  const address = userName.includes('@') ? userName : emails[0];
  if (address === undefined) return undefined;
  return comparisonKey(address.slice(address.lastIndexOf('@') + 1));
}

/** @throws nothing; makes the error for an adoption by address outside the site's verified domains. */
export function unverifiedDomain(domain: string): RollcallError {
  return new RollcallError(
    'forbidden',
    'ownership.unverified-domain',
    `Taking over a user by address needs the domain ${domain} to be verified: rollcall domain add ${domain}.`,
    { domain },
  );
}

function protectedGroup(): RollcallError {
  return new RollcallError(
    'forbidden',
    'ownership.protected-group',
    'This group is protected: connections cannot change it, only administrators can.',
  );
}
