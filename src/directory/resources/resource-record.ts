import { type Sql, sql } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';
import type { Actor } from '../actor.js';
import type { Document } from '../attribute-changes.js';
import { isLiving } from '../living.js';
import { isObjectId } from '../object-id.js';
import type { UniqueValue } from '../unique-values.js';

/** What a writer says about a resource of an operator's type, already validated. */
export interface ResourceProfile {
  /** For the log; the first attribute that looks like a name, or the id. */
  readonly name: string | undefined;
  readonly document: Document;
  readonly folded: Document;
  readonly uniqueValues: readonly UniqueValue[];
  /** Attributes that the log names and does not show. */
  readonly secrets: ReadonlySet<string>;
}

/** A resource as commands see it, under its row lock. */
export interface ResourceRecord {
  readonly id: string;
  readonly ownerConnectionId: string | null;
  readonly version: number;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  readonly document: Document;
  readonly externalId: string | null;
  readonly linked: boolean;
}

/** Locks a resource and reads it, with what the acting connection calls it. */
export function lockedResourceQuery(actor: Actor, type: string, id: string): Sql {
  return sql`
    SELECT r.id, r.owner_connection_id AS "ownerConnectionId", r.version, r.created_at AS "createdAt",
      r.modified_at AS "modifiedAt", r.document, i.external_id AS "externalId", i.object_id IS NOT NULL AS linked
    FROM resources r
    LEFT JOIN identities i ON i.site_id = r.site_id AND i.object_id = r.id
      AND i.connection_id = ${actor.connection?.id ?? null}::uuid
    WHERE r.site_id = ${actor.siteId} AND r.type = ${type} AND r.id = ${id} AND ${isLiving(sql`r`)}
    FOR NO KEY UPDATE OF r`;
}

/** @throws RollcallError `resource.not-found`, also for text that no id can be */
export function requireResourceId(type: string, text: string): string {
  if (!isObjectId(text)) throw resourceNotFound(type, text);
  return text;
}

export function resourceNotFound(type: string, id: string): RollcallError {
  return new RollcallError('not-found', 'resource.not-found', `There is no ${type} ${id.slice(0, 64)}.`);
}
