import { jsonRows, type Sql, sql } from '../../database/index.js';
import type { Actor } from '../actor.js';
import type { LockingCommand } from '../command.js';
import { comparisonKey } from '../comparison-key.js';
import { raiseGroupsVersion } from '../groups/groups-version.js';
import { insertGroups } from '../groups/insert-groups.js';
import { writeIdentities } from '../identities.js';
import { movedOn } from '../later-than.js';
import { giveUpUniqueValues, holdersOfAny, takeUniqueValues } from '../unique-values.js';
import { currentGroups, currentGroupsQuery } from './current-groups.js';
import { type ChangedGroup, decideGroup } from './decide-group.js';
import type { ImportedGroup, ImportOutcome } from './imported.js';
import { outcomeOf, requireDistinct } from './outcome.js';
import { ownerCounts } from './rights.js';

/**
 * Creates and updates groups as an import wants them, all of them in a few statements; their members stay. Each group
 * that differs has an entry of its own in the log.
 * @throws RollcallError `attribute.value-taken` (`objects` are the groups that cannot be as they are wanted); then
 *   nothing has happened
 */
export function importGroups(actor: Actor, groups: readonly ImportedGroup[]): LockingCommand<ImportOutcome> {
  requireDistinct(groups);
  const { siteId } = actor;
  return {
    action: 'group.import',
    objectType: 'Group',
    // Nobody's access depends on what a group is called.
    structure: 'none',
    groupIds: groups.filter(({ as }) => as !== 'new').map(({ id }) => id),
    userIds: [],
    read: currentGroupsQuery(
      actor,
      groups.map(({ id }) => id),
    ),
    async run(transaction, held) {
      const current = currentGroups(held.rows);
      const decisions = groups.map((group) =>
        decideGroup(actor, group, current.get(group.id), held.groupIds.has(group.id)),
      );
      const created = decisions.flatMap((decision) => (decision.kind === 'created' ? [decision.group] : []));
      const updated = decisions.flatMap((decision) => (decision.kind === 'updated' ? [decision.group] : []));
      const gone = updated.map(({ before, values }) => ({ objectId: before.id, values: values.gone }));
      for (const release of giveUpUniqueValues(siteId, 'Group', gone)) await transaction.run(release);
      const taken = [
        ...created.map(({ id, profile: { uniqueValues = [] } }) => ({ objectId: id, values: uniqueValues })),
        ...updated.map(({ before, values }) => ({ objectId: before.id, values: values.added })),
      ];
      const renames = updated.some(({ before, displayName }) => before.displayName !== displayName);
      return {
        result: outcomeOf(groups, decisions),
        objectId: undefined,
        objectName: undefined,
        changed: [],
        subjects: [],
        objects: decisions.flatMap((decision) => ('effects' in decision ? [decision.effects] : [])),
        affectedUserIds: [],
        inTheWay: holdersOfAny(siteId, 'Group', taken),
        writes: [
          ...insertGroups(actor, created),
          ...updateGroups(actor, updated),
          ...(renames ? [raiseGroupsVersion(siteId)] : []),
        ],
      };
    },
  };
}

/** Statements, one a table, that write down how groups are now. Values that they no longer have are given up before. */
function updateGroups(actor: Actor, groups: readonly ChangedGroup[]): Sql[] {
  if (groups.length === 0) return [];
  const { siteId } = actor;
  const linked = groups.filter(({ before, externalId }) => !before.linked || before.externalId !== externalId);
  return [
    updateRows(siteId, groups),
    ...takeUniqueValues(
      siteId,
      'Group',
      groups.map(({ before, values: { added } }) => ({ objectId: before.id, values: added })),
    ),
    ...writeIdentities(
      actor,
      'Group',
      linked.map(({ before, externalId }) => ({ objectId: before.id, externalId })),
    ),
    ...ownerCounts(
      siteId,
      'Group',
      groups.map(({ before, ownerConnectionId }) => ({ before: before.ownerConnectionId, after: ownerConnectionId })),
    ),
  ];
}

/** A group that must be the only one of its name gives that up with the name. */
function updateRows(siteId: number, groups: readonly ChangedGroup[]): Sql {
  const rows = groups.map(({ before, displayName, ownerConnectionId, merged, visibly }) => ({
    id: before.id,
    display_name: displayName,
    display_name_key: comparisonKey(displayName),
    owner_connection_id: ownerConnectionId,
    cleared: merged.cleared,
    document: merged.given,
    folded: merged.folded,
    visibly,
  }));
  return sql`
    UPDATE groups g SET display_name = made.display_name, display_name_key = made.display_name_key,
      unique_name_key = CASE WHEN g.display_name_key = made.display_name_key THEN g.unique_name_key END,
      owner_connection_id = made.owner_connection_id,
      document = (g.document - made.cleared) || made.document, folded = (g.folded - made.cleared) || made.folded,
      version = g.version + made.visibly::integer,
      modified_at = CASE WHEN made.visibly THEN ${movedOn(sql`g`)} ELSE g.modified_at END
    FROM ${jsonRows(rows, COLUMNS)}
    WHERE g.site_id = ${siteId} AND g.id = made.id`;
}

const COLUMNS = sql`id uuid, display_name text, display_name_key text COLLATE "C", owner_connection_id uuid,
  cleared text[], document jsonb, folded jsonb, visibly boolean`;
