import { sql, type Transaction } from '../../database/index.js';
import { type Actor, comparisonKey, isObjectId, type LockingCommand } from '../../directory/index.js';
import { RollcallError } from '../../errors/index.js';
import { decidedBy, onGoogleConnection } from '../connections/index.js';
import { cleanText } from '../mapping/index.js';
import type { Conflict } from './list-conflicts.js';

/** What an administrator decides about a conflict; `undo`: it is undecided again. */
export type ConflictChoice =
  | { readonly kind: 'link' | 'take-over'; readonly objectId: string }
  | { readonly kind: 'ignore' | 'undo' }
  | { readonly kind: 'rename'; readonly name: string };

type Row = Pick<Conflict, 'objectType' | 'googleId' | 'name' | 'reason' | 'choice' | 'chosenObjectId' | 'chosenName'>;

/** What is asked of a decision beyond the directory itself. */
export interface ResolveLimits {
  readonly keyBytes: number;
}

/**
 * Decides about a conflict. The next run goes by it.
 * @param named Google's id of the user or group, or its name
 * @throws RollcallError `google.connection-not-found`, `google.conflict-not-found`, `google.conflict-ambiguous`,
 *   `google.candidate-not-found`, `google.candidate-taken`, `google.domain-unverified`, `google.name-invalid`,
 *   `google.choice-unfit`, `user.user-name-taken`
 */
export function resolveConflict(
  actor: Actor,
  connectionName: string,
  named: string,
  choice: ConflictChoice,
  limits: ResolveLimits,
): LockingCommand<Pick<Conflict, 'objectType' | 'googleId' | 'name'>> {
  return onGoogleConnection(actor, 'google.resolve', connectionName, async ({ id: connectionId }, transaction) => {
    const conflict = await findConflict(transaction, actor.siteId, connectionId, named);
    const { objectType, googleId, name } = conflict;
    const chosen = await check({ transaction, siteId: actor.siteId, connectionId }, conflict, choice, limits);
    const differs =
      chosen.choice !== conflict.choice ||
      chosen.objectId !== conflict.chosenObjectId ||
      chosen.name !== conflict.chosenName;
    const by = chosen.choice === null ? null : decidedBy(actor);
    return {
      result: { objectType, googleId, name },
      changed: differs
        ? [
            { attribute: 'conflict', old: undefined, new: `${objectType} ${name}` },
            { attribute: 'choice', old: conflict.choice ?? undefined, new: chosen.choice ?? undefined },
            { attribute: 'object', old: conflict.chosenObjectId ?? undefined, new: chosen.objectId ?? undefined },
            { attribute: 'name', old: conflict.chosenName ?? undefined, new: chosen.name ?? undefined },
          ]
        : [],
      writes: differs
        ? [
            sql`
              UPDATE google_conflicts SET choice = ${chosen.choice}, chosen_object_id = ${chosen.objectId}::uuid,
                chosen_name = ${chosen.name}, decided_by = ${by},
                decided_at = CASE WHEN ${chosen.choice}::text IS NOT NULL THEN now() END
              WHERE site_id = ${actor.siteId} AND connection_id = ${connectionId} AND object_type = ${objectType}
                AND google_id = ${googleId}`,
          ]
        : [],
    };
  });
}

async function findConflict(
  transaction: Transaction,
  siteId: number,
  connectionId: string,
  named: string,
): Promise<Row> {
  const [found, another] = await transaction.run<Row>(sql`
    SELECT object_type AS "objectType", google_id AS "googleId", name, reason, choice,
      chosen_object_id AS "chosenObjectId", chosen_name AS "chosenName"
    FROM google_conflicts
    WHERE site_id = ${siteId} AND connection_id = ${connectionId} AND (google_id = ${named} OR lower(name) = lower(${named}))
    ORDER BY (google_id = ${named}) DESC LIMIT 2 FOR UPDATE`);
  if (found === undefined) {
    const message = `There is no conflict about "${named}"; see: rollcall google conflicts <name>`;
    throw new RollcallError('not-found', 'google.conflict-not-found', message);
  }
  if (another !== undefined && found.googleId !== named) {
    const message = `Several are called "${named}": say the Google id, ${found.googleId} or ${another.googleId}.`;
    throw new RollcallError('conflict', 'google.conflict-ambiguous', message);
  }
  return found;
}

interface Where {
  readonly transaction: Transaction;
  readonly siteId: number;
  readonly connectionId: string;
}

interface Chosen {
  readonly choice: Conflict['choice'];
  readonly objectId: string | null;
  readonly name: string | null;
}

async function check(where: Where, conflict: Row, choice: ConflictChoice, limits: ResolveLimits): Promise<Chosen> {
  if (conflict.reason === 'deleted-here' && choice.kind !== 'ignore' && choice.kind !== 'undo') {
    const what = conflict.objectType.toLowerCase();
    const message = `The ${what} was deleted here: restore it (rollcall ${what} restore), or ignore it.`;
    throw new RollcallError('conflict', 'google.choice-unfit', message);
  }
  switch (choice.kind) {
    case 'undo':
      return { choice: null, objectId: null, name: null };
    case 'ignore':
      return { choice: 'ignore', objectId: null, name: null };
    case 'rename':
      return { choice: 'rename', objectId: null, name: await checkName(where, conflict, choice.name, limits) };
    default:
      await checkCandidate(where, conflict, choice);
      return { choice: choice.kind, objectId: choice.objectId, name: null };
  }
}

async function checkName(
  { transaction, siteId }: Where,
  { objectType }: Row,
  given: string,
  { keyBytes }: ResolveLimits,
): Promise<string> {
  const name = cleanText(given);
  if (name === undefined || Buffer.byteLength(name) > keyBytes) {
    const message = `The name must not be empty and have at most ${keyBytes} bytes, the setting LIMIT_KEY_BYTES.`;
    throw new RollcallError('invalid', 'google.name-invalid', message);
  }
  if (objectType === 'Group') return name;
  const taken = await transaction.run(sql`
    SELECT 1 FROM users WHERE site_id = ${siteId} AND user_name_key = ${comparisonKey(name)} AND deleted_at IS NULL`);
  if (taken.length === 0) return name;
  throw new RollcallError(
    'conflict',
    'user.user-name-taken',
    `There is a user "${name}" already; choose another name.`,
  );
}

/** A user or group that is there, that is nobody else's in this Google, and that this Google may have. */
async function checkCandidate(
  { transaction, siteId, connectionId }: Where,
  { objectType, googleId, name }: Row,
  { kind, objectId }: { readonly kind: 'link' | 'take-over'; readonly objectId: string },
): Promise<void> {
  const table = objectType === 'User' ? sql`users` : sql`groups`;
  const [candidate] = isObjectId(objectId)
    ? await transaction.run<{ owner: string | null; otherId: string | null; verified: boolean }>(sql`
        SELECT o.owner_connection_id AS owner, coalesce((
          SELECT i.external_id FROM identities i
          WHERE i.site_id = o.site_id AND i.object_id = o.id AND i.connection_id = ${connectionId}
            AND i.external_id <> ${googleId}
            -- Whoever Google does not have any more may be somebody else there now.
            AND NOT EXISTS (SELECT 1 FROM google_absences a WHERE a.site_id = i.site_id
              AND a.connection_id = i.connection_id AND a.kind IN ('user', 'group') AND a.object_id = o.id)
        ), (
          SELECT c.google_id FROM google_conflicts c
          WHERE c.site_id = o.site_id AND c.connection_id = ${connectionId} AND c.chosen_object_id = o.id
            AND c.object_type = ${objectType} AND c.google_id <> ${googleId} LIMIT 1
        )) AS "otherId", EXISTS (SELECT 1 FROM domains d WHERE d.site_id = o.site_id AND d.verified_at IS NOT NULL
          AND d.name = lower(split_part(${name}, '@', -1))) AS verified
        FROM ${table} o WHERE o.site_id = ${siteId} AND o.id = ${objectId}::uuid AND o.deleted_at IS NULL`)
    : [];
  if (candidate === undefined) {
    const message = `There is no ${objectType.toLowerCase()} "${objectId}": give the id of one that is there.`;
    throw new RollcallError('not-found', 'google.candidate-not-found', message);
  }
  if (candidate.otherId !== null) {
    const message = `This ${objectType.toLowerCase()} is ${candidate.otherId} in Google already: nobody can be two.`;
    throw new RollcallError('conflict', 'google.candidate-taken', message);
  }
  // A guest stays with its owner: nothing of it is Google's to write.
  const becomesGooglesOwn = kind === 'take-over' || candidate.owner === null;
  if (objectType === 'User' && becomesGooglesOwn && !candidate.verified) {
    const domain = name.slice(name.lastIndexOf('@') + 1);
    const message = `Who has an address there takes over a user: verify the domain first: rollcall domain add ${domain}`;
    throw new RollcallError('forbidden', 'google.domain-unverified', message, { domain });
  }
}
