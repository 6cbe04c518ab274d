import { isDeepStrictEqual } from 'node:util';
import { type Database, type Sql, sql, type Transaction } from '../../database/index.js';
import { type Actor, type Effects, type LockingCommand, leaveGroups, type Subject } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';
import { type LockedBatch, lockBatch, type ReclaimOutcome, requireBatchId } from './reclaim-batch.js';
import { type ReviewedSeat, reviewSeats } from './reviewed-seats.js';

interface Decided {
  readonly userId: string;
  readonly reviewed: ReviewedSeat;
  readonly outcome: ReclaimOutcome;
}

/**
 * Takes back the seats of a batch: exactly the grants and memberships that were reviewed. Whoever became active since,
 * or whose seat or way to it is not what it was, is left out. Structural.
 * @param hash what the reviewer saw
 * @throws RollcallError `reclaim.not-found`, `reclaim.decided`, `reclaim.expired`, `reclaim.hash`
 */
export async function applyReclaim(
  database: Database,
  actor: Actor,
  batchId: string,
  hash: string,
): Promise<LockingCommand<void>> {
  const { siteId } = actor;
  // What was reviewed does not change, so that the groups to lock are known before.
  const groups = await database.write<{ id: string }>(sql`
    SELECT DISTINCT found.id::uuid AS id
    FROM reclaim_items i CROSS JOIN LATERAL jsonb_path_query(i.reviewed, '$.groups[*].id') AS path (id)
    CROSS JOIN LATERAL (SELECT path.id #>> '{}' AS id) found
    WHERE i.site_id = ${siteId} AND i.batch_id = ${requireBatchId(batchId)}`);
  return {
    action: 'reclaim.apply',
    objectType: 'Application',
    structure: 'exclusive',
    groupIds: groups.map(({ id }) => id),
    userIds: [],
    async run(transaction) {
      const batch = await lockBatch(transaction, siteId, batchId, false);
      if (batch.hash !== hash) {
        const message = `The hash is not the one of the batch: look at it again with rollcall application reclaim show ${batchId}`;
        throw new RollcallError('stale', 'reclaim.hash', message);
      }
      const decided = await decide(transaction, siteId, batch);
      return applied(actor, batch, decided);
    },
  };
}

/** Puts a batch away; nothing is taken from anybody. @throws RollcallError `reclaim.not-found`, `reclaim.decided` */
export function discardReclaim(actor: Actor, batchId: string): LockingCommand<void> {
  return {
    action: 'reclaim.discard',
    objectType: 'Application',
    structure: 'none',
    groupIds: [],
    userIds: [],
    async run(transaction) {
      const batch = await lockBatch(transaction, actor.siteId, batchId, true);
      return {
        result: undefined,
        objectId: batch.applicationId,
        objectName: batch.application,
        changed: [{ attribute: 'reclaim', old: { batch: batch.id, name: batch.name }, new: undefined }],
        subjects: [],
        affectedUserIds: [],
        writes: [close(actor.siteId, batch, 'discarded')],
      };
    },
  };
}

/** Compares what was reviewed with what is now, under the structure lock. */
async function decide(
  transaction: Transaction,
  siteId: number,
  { id, applicationId }: LockedBatch,
): Promise<Decided[]> {
  const items = await transaction.run<Omit<Decided, 'outcome'>>(sql`
    SELECT user_id AS "userId", reviewed FROM reclaim_items WHERE site_id = ${siteId} AND batch_id = ${id}`);
  const userIds = items.map(({ userId }) => userId);
  const which = sql`e.user_id = ANY (${userIds}::uuid[])`;
  const current = await reviewSeats(transaction, { siteId, applicationId, which, limit: items.length });
  return items.map((item) => ({ ...item, outcome: outcomeOf(item.reviewed, current.get(item.userId)) }));
}

function outcomeOf(reviewed: ReviewedSeat, current: ReviewedSeat | undefined): ReclaimOutcome {
  if (!reviewed.reclaimable) return 'not-reclaimable';
  if (current === undefined) return 'seat-gone';
  if (reviewed.lastActiveAt !== current.lastActiveAt) return 'active-since';
  return isDeepStrictEqual(reviewed, current) ? 'reclaimed' : 'changed';
}

function applied({ siteId }: Actor, batch: LockedBatch, decided: readonly Decided[]): Effects<void> {
  const reclaimed = decided.filter(({ outcome }) => outcome === 'reclaimed');
  const grantIds = reclaimed.flatMap(({ reviewed }) => reviewed.grants.map(({ id }) => id));
  const members = reclaimed.flatMap(({ userId, reviewed }) =>
    reviewed.groups.map(({ id: groupId }) => ({ groupId, userId })),
  );
  const leftOut = decided.length - reclaimed.length;
  const about = { batch: batch.id, name: batch.name, hash: batch.hash, reclaimed: reclaimed.length, leftOut };
  return {
    result: undefined,
    objectId: batch.applicationId,
    objectName: batch.application,
    changed: [{ attribute: 'reclaim', old: undefined, new: about }],
    subjects: subjects(reclaimed),
    affectedUserIds: reclaimed.map(({ userId }) => userId),
    writes: [
      ...leaveGroups(siteId, members),
      ...(grantIds.length === 0
        ? []
        : [sql`DELETE FROM grants WHERE site_id = ${siteId} AND id = ANY (${grantIds}::uuid[])`]),
      sql`
        UPDATE reclaim_items i SET outcome = decided.outcome
        FROM unnest(${decided.map(({ userId }) => userId)}::uuid[], ${decided.map(({ outcome }) => outcome)}::text[])
          AS decided (user_id, outcome)
        WHERE i.site_id = ${siteId} AND i.batch_id = ${batch.id} AND i.user_id = decided.user_id`,
      close(siteId, batch, 'applied'),
    ],
  };
}

function subjects(reclaimed: readonly Decided[]): Subject[] {
  const groupIds = new Set(reclaimed.flatMap(({ reviewed }) => reviewed.groups.map(({ id }) => id)));
  return [
    ...[...groupIds].map((id): Subject => ({ kind: 'Group', id, effect: 'member-removed' })),
    ...reclaimed.flatMap(({ userId: id, reviewed: { grants, groups } }): Subject[] => [
      { kind: 'User', id, effect: 'seat-reclaimed' },
      ...(groups.length === 0 ? [] : [{ kind: 'User', id, effect: 'member-removed' } as const]),
      ...(grants.length === 0 ? [] : [{ kind: 'User', id, effect: 'grant-removed' } as const]),
    ]),
  ];
}

function close(siteId: number, { id }: LockedBatch, state: 'applied' | 'discarded'): Sql {
  return sql`
    UPDATE reclaim_batches SET state = ${state}, decided_at = now() WHERE site_id = ${siteId} AND id = ${id}`;
}
