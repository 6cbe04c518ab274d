import { sql } from '../../database/index.js';
import type { Actor } from '../actor.js';
import { attributeChanges } from '../attribute-changes.js';
import type { Effects, LockingCommand } from '../command.js';
import { removeIdentities, writeIdentity } from '../identities.js';
import { laterThan } from '../later-than.js';
import { countDelta } from '../object-counts.js';
import { ownerChange, writeRight } from '../ownership.js';
import { changeUniqueValues, holdersOf, releaseUniqueValues, type UniqueValue } from '../unique-values.js';
import {
  lockedResourceQuery,
  type ResourceProfile,
  type ResourceRecord,
  requireResourceId,
  resourceNotFound,
} from './resource-record.js';

export interface ResourceEdit {
  readonly profile: ResourceProfile;
  readonly previousUniqueValues: readonly UniqueValue[];
  readonly externalId: string | undefined;
}

/**
 * Replaces what is known of a resource. `edit` sees it under its row lock; it may throw, and then nothing has happened.
 * @throws RollcallError `resource.not-found`, `attribute.value-taken`, `ownership.*`
 */
export function updateResource(
  actor: Actor,
  type: string,
  text: string,
  edit: (current: ResourceRecord) => ResourceEdit,
): LockingCommand<{ id: string; version: number }> {
  const id = requireResourceId(type, text);
  return locking(actor, 'resource.update', type, id, (current) => {
    const adopts = writeRight({ kind: 'resource', ...current, protected: false }, actor) === 'adopts';
    const wanted = edit(current);
    const changes = attributeChanges(current.document, wanted.profile.document, wanted.profile.secrets);
    if (actor.connection !== undefined && (wanted.externalId ?? null) !== current.externalId) {
      changes.push({ attribute: 'externalId', old: current.externalId ?? undefined, new: wanted.externalId });
    }
    const writes = changes.length > 0 || adopts;
    const version = changes.length > 0 ? current.version + 1 : current.version;
    const modifiedAt = changes.length > 0 ? laterThan(current.modifiedAt) : current.modifiedAt;
    const owner = adopts ? (actor.connection?.id ?? null) : current.ownerConnectionId;
    const { siteId } = actor;
    const { profile, previousUniqueValues } = wanted;
    return {
      result: { id, version },
      objectId: id,
      objectName: profile.name ?? id,
      changed: adopts ? [...changes, ownerChange(actor)] : changes,
      subjects: [],
      affectedUserIds: [],
      inTheWay: holdersOf(siteId, type, profile.uniqueValues, id),
      unchanged: !writes,
      writes: writes
        ? [
            sql`
              UPDATE resources SET document = ${JSON.stringify(profile.document)},
                folded = ${JSON.stringify(profile.folded)}, owner_connection_id = ${owner}, version = ${version},
                modified_at = ${modifiedAt}
              WHERE site_id = ${siteId} AND type = ${type} AND id = ${id}`,
            ...changeUniqueValues(siteId, type, id, previousUniqueValues, profile.uniqueValues),
            ...writeIdentity(actor, 'Resource', id, wanted.externalId),
            ...(adopts
              ? [countDelta(siteId, `Resource ${type}`, null, -1), countDelta(siteId, `Resource ${type}`, owner, 1)]
              : []),
          ]
        : [],
    };
  });
}

/**
 * Schedules a resource for deletion: invisible from now on, its unique values free at once. A connection that does not
 * own it only loses its own link to it.
 * @throws RollcallError `resource.not-found`
 */
export function deleteResource(
  actor: Actor,
  type: string,
  text: string,
  precondition: (current: ResourceRecord) => void,
): LockingCommand<void> {
  const id = requireResourceId(type, text);
  const { siteId } = actor;
  return locking(actor, 'resource.delete', type, id, (current) => {
    precondition(current);
    const owns = actor.connection === undefined || current.ownerConnectionId === actor.connection.id;
    return {
      result: undefined,
      objectId: id,
      objectName: id,
      changed: owns ? [{ attribute: 'deleted', old: undefined, new: true }] : [],
      subjects: [],
      affectedUserIds: [],
      writes: owns
        ? [
            sql`
              UPDATE resources SET deleted_at = now(), version = version + 1
              WHERE site_id = ${siteId} AND type = ${type} AND id = ${id}`,
            releaseUniqueValues(siteId, [id]),
            countDelta(siteId, `Resource ${type}`, current.ownerConnectionId, -1),
          ]
        : removeIdentities(actor, [id]),
    };
  });
}

/** Nobody's access hangs on such a resource, so its own row is all that is locked. */
function locking<Result>(
  actor: Actor,
  action: string,
  type: string,
  id: string,
  work: (current: ResourceRecord) => Effects<Result>,
): LockingCommand<Result> {
  return {
    action,
    objectType: 'Resource',
    objectId: id,
    structure: 'none',
    groupIds: [],
    userIds: [],
    read: lockedResourceQuery(actor, type, id),
    async run(_transaction, { rows }) {
      // lockedResourceQuery names the columns.
      const current = rows[0] as ResourceRecord | undefined;
      if (current === undefined) throw resourceNotFound(type, id);
      return work(current);
    },
  };
}
