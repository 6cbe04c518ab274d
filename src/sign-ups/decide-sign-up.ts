import { type Database, type Sql, sql, type Transaction } from '../database/index.js';
import {
  type Actor,
  comparisonKey,
  createUserInGroups,
  importMembers,
  type LockingCommand,
  LocksOutdated,
  type NewUser,
} from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { defaultGroupsOf, requireDefaultGroups } from '../licensing/index.js';
import { dropPendingMails, queueMail } from '../mail/index.js';
import type { Secrets } from '../secrets/index.js';
import { admissionLetter } from './letters.js';
import { type ConfirmedSignUp, invalidToken } from './request-sign-up.js';
import type { SignUp } from './sign-up.js';

/** What it takes to let somebody in. */
export interface Admission {
  readonly signUp: SignUp;
  /** Who is made where nobody has the address yet. */
  readonly user: NewUser;
  /** Of the rule, or of what it was. */
  readonly roleId: string;
  /** By which they confirm; undefined: an administrator decides. */
  readonly token: ConfirmedSignUp | undefined;
  /** What they are told by mail; undefined: nothing. */
  readonly letter:
    | { readonly secrets: Secrets; readonly siteName: string; readonly applicationName: string }
    | undefined;
}

/**
 * Lets somebody in: a user who has the address is put into the default groups of the role, or one is made who is in
 * them. Seats are given or refused as to anybody; where a licence refuses, the sign-up stays as it was.
 * @returns the id of the user
 * @throws RollcallError `sign-up.decided`, `sign-up.invalid-token`, `sign-up.ambiguous`,
 *   `application.no-default-group`, `user.*`, `licence.out-of-seats`
 */
export async function admitSignUp(
  database: Database,
  actor: Actor,
  admission: Admission,
): Promise<LockingCommand<string>> {
  const { signUp, roleId } = admission;
  const [holder, ...others] = await database.write<{ id: string }>(holdersOf(actor.siteId, signUp.address));
  if (others.length > 0) {
    const message = `Several users have the address ${signUp.address}: give access to one of them, and reject this.`;
    throw new RollcallError('conflict', 'sign-up.ambiguous', message);
  }
  return holder === undefined ? admitNew(actor, admission) : admitKnown(database, actor, admission, holder.id, roleId);
}

const REASON = 'signed up for the role whose default group it is';

function admitNew(actor: Actor, admission: Admission): LockingCommand<string> {
  const { siteId } = actor;
  const { signUp, user, roleId } = admission;
  const command = createUserInGroups(actor, 'sign-up.approve', {
    user,
    invited: false,
    groups: defaultGroupsOf(siteId, [roleId]),
    reason: REASON,
  });
  return {
    ...command,
    async run(transaction, held) {
      await requireDefaultGroups(transaction, siteId, [roleId]);
      await requireUndecided(transaction, siteId, admission);
      const known = await transaction.run(holdersOf(siteId, signUp.address));
      if (known.length > 0) throw new LocksOutdated();
      const effects = await command.run(transaction, held);
      const { id } = effects.result;
      return { ...effects, result: id, writes: [...effects.writes, ...admitted(siteId, admission, id)] };
    },
  };
}

async function admitKnown(
  database: Database,
  actor: Actor,
  admission: Admission,
  userId: string,
  roleId: string,
): Promise<LockingCommand<string>> {
  const { siteId } = actor;
  const groups = defaultGroupsOf(siteId, [roleId]);
  const groupIds = (await database.write<{ id: string }>(groups)).map(({ id }) => id).sort();
  const command = importMembers(
    actor,
    groupIds.map((groupId) => ({
      ...{ groupId, addUserIds: [userId], removeUserIds: [], addGroupIds: [], removeGroupIds: [] },
      reason: REASON,
    })),
  );
  return {
    ...command,
    action: 'sign-up.approve',
    objectType: 'User',
    objectId: userId,
    async run(transaction, held) {
      await requireDefaultGroups(transaction, siteId, [roleId]);
      const now = (await transaction.run<{ id: string }>(groups)).map(({ id }) => id).sort();
      if (now.join() !== groupIds.join() || !held.userIds.has(userId)) throw new LocksOutdated();
      await requireUndecided(transaction, siteId, admission);
      const effects = await command.run(transaction, held);
      const approved = {
        ...({ action: 'sign-up.approve', objectType: 'User', objectId: userId, objectName: undefined } as const),
        ...{ changed: [{ attribute: 'signUp', old: undefined, new: 'approved' }], subjects: [] },
      };
      return {
        ...effects,
        result: userId,
        objects: [approved, ...(effects.objects ?? [])],
        writes: [...effects.writes, ...admitted(siteId, admission, userId)],
      };
    },
  };
}

/** The address is theirs, and an administrator has to decide. @throws RollcallError `sign-up.invalid-token` */
export function confirmSignUp(actor: Actor, token: ConfirmedSignUp): LockingCommand<void> {
  return onSignUp(actor, 'sign-up.confirm', token.applicationId, async (transaction) => {
    const confirmed = await transaction.run(sql`
      UPDATE sign_ups SET state = 'waiting', token_key = NULL, secret_hash = NULL, confirmed_at = now()
      WHERE site_id = ${actor.siteId} AND id = ${token.id} AND token_key = ${token.key} AND state = 'unconfirmed'
      RETURNING 1`);
    if (confirmed.length === 0) throw invalidToken();
    return token.id;
  });
}

/** Turns somebody away. @throws RollcallError `sign-up.decided` */
export function rejectSignUp(actor: Actor, { id, applicationId }: SignUp): LockingCommand<void> {
  return onSignUp(actor, 'sign-up.reject', applicationId, async (transaction) => {
    const rejected = await transaction.run(sql`
      UPDATE sign_ups SET state = 'rejected', decided_at = now()
      WHERE site_id = ${actor.siteId} AND id = ${id} AND state = 'waiting' RETURNING 1`);
    if (rejected.length === 0) throw decided();
    return id;
  });
}

function onSignUp(
  { siteId }: Actor,
  action: string,
  applicationId: string,
  work: (transaction: Transaction) => Promise<string>,
): LockingCommand<void> {
  return {
    ...{ action, objectType: 'Application', objectId: applicationId, structure: 'none', groupIds: [], userIds: [] },
    async run(transaction) {
      const id = await work(transaction);
      return {
        ...{ result: undefined, objectId: applicationId, objectName: undefined, subjects: [], affectedUserIds: [] },
        // Not whose it is: nobody is there yet with whom the log could forget it.
        changed: [{ attribute: 'signUp', old: undefined, new: id }],
        // The link in it is void.
        writes: [dropPendingMails(siteId, [id])],
      };
    },
  };
}

/** @throws RollcallError `sign-up.decided`, `sign-up.invalid-token` */
async function requireUndecided(transaction: Transaction, siteId: number, { signUp, token }: Admission): Promise<void> {
  const [row] = await transaction.run<{ state: string; key: string | null }>(sql`
    SELECT state, token_key AS key FROM sign_ups WHERE site_id = ${siteId} AND id = ${signUp.id} FOR UPDATE`);
  if (token !== undefined && (row?.state !== 'unconfirmed' || row.key !== token.key)) throw invalidToken();
  if (token === undefined && row?.state !== 'waiting') throw decided();
}

function decided(): RollcallError {
  return new RollcallError('conflict', 'sign-up.decided', 'It does not wait for a decision.');
}

function admitted(siteId: number, { signUp, letter }: Admission, userId: string): Sql[] {
  const update = sql`
    UPDATE sign_ups SET state = 'approved', token_key = NULL, secret_hash = NULL, user_id = ${userId},
      confirmed_at = coalesce(confirmed_at, now()), decided_at = now()
    WHERE site_id = ${siteId} AND id = ${signUp.id}`;
  if (letter === undefined) return [update, dropPendingMails(siteId, [signUp.id])];
  const { secrets, ...names } = letter;
  const mail = { siteId, subjectId: signUp.id, kind: 'sign-up', recipient: signUp.address } as const;
  return [update, ...queueMail(secrets, { ...mail, ...admissionLetter(names) })];
}

/** Visible users who have an address, as userName or among their e-mails. */
function holdersOf(siteId: number, address: string): Sql {
  const key = comparisonKey(address);
  return sql`
    SELECT id FROM users
    WHERE site_id = ${siteId} AND deleted_at IS NULL AND (
      user_name_key = ${key}
      OR id IN (SELECT user_id FROM user_emails WHERE site_id = ${siteId} AND value_key = ${key}))
    LIMIT 2`;
}
