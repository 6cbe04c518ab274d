import { sql } from '../../database/index.js';
import type { Actor } from '../actor.js';
import { attributeChanges } from '../attribute-changes.js';
import type { StandaloneCommand } from '../command.js';
import { writeIdentity } from '../identities.js';
import { countDelta } from '../object-counts.js';
import { newObjectId } from '../object-id.js';
import { holdersOf, takeUniqueValues } from '../unique-values.js';
import type { ResourceProfile } from './resource-record.js';

/**
 * Creates a resource of an operator's type that belongs to the acting connection: a single statement.
 * @throws RollcallError `attribute.value-taken`
 */
export function createResource(
  actor: Actor,
  type: string,
  profile: ResourceProfile,
  externalId: string | undefined,
): StandaloneCommand<{ id: string }> {
  const id = newObjectId();
  const { siteId } = actor;
  const owner = actor.connection?.id ?? null;
  return {
    action: 'resource.create',
    objectType: 'Resource',
    objectId: id,
    standalone() {
      const createdAt = new Date();
      return {
        result: { id },
        objectId: id,
        objectName: profile.name ?? id,
        changed: attributeChanges({}, profile.document, profile.secrets),
        subjects: [],
        affectedUserIds: [],
        inTheWay: holdersOf(siteId, type, profile.uniqueValues, id),
        writes: [
          sql`
            INSERT INTO resources (site_id, type, id, owner_connection_id, document, folded, created_at, modified_at)
            VALUES (${siteId}, ${type}, ${id}, ${owner}, ${JSON.stringify(profile.document)},
              ${JSON.stringify(profile.folded)}, ${createdAt}, ${createdAt})`,
          ...takeUniqueValues(siteId, type, [{ objectId: id, values: profile.uniqueValues }]),
          ...writeIdentity(actor, 'Resource', id, externalId),
          countDelta(siteId, `Resource ${type}`, owner, 1),
        ],
      };
    },
  };
}
