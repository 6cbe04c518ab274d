import { type Database, sql } from '../../database/index.js';
import { RollcallError } from '../../errors/index.js';
import type { SeatRules } from '../settlement/pools.js';
import { type AccessPath, accessPaths } from './access-paths.js';

/** Why a person has access, or has not. */
export type Verdict =
  | 'has-access'
  | 'waits'
  | 'no-path'
  | 'not-active'
  | 'application-disabled'
  | 'only-seats-for-a-customer';

/** What a path comes to. `lower`: the person has a higher role; `withheld`: the verdict says why. */
export type PathEffect = 'gives' | 'waits' | 'lower' | 'withheld';

export interface ExplainedPath extends AccessPath {
  readonly effect: PathEffect;
}

export interface Explanation {
  readonly user: { readonly id: string; readonly userName: string; readonly state: string; readonly type: string };
  readonly application: { readonly key: string; readonly name: string; readonly state: string };
  readonly verdict: Verdict;
  /** One line for a person. */
  readonly reason: string;
  readonly role: string | null;
  /** The pool whose seat it takes; null where it takes none. */
  readonly licence: string | null;
  readonly waitsFor: readonly { readonly role: string; readonly licence: string }[];
  readonly paths: readonly ExplainedPath[];
}

interface Facts {
  readonly userName: string;
  readonly state: string;
  readonly type: string;
  readonly applicationId: string;
  readonly applicationName: string;
  readonly applicationState: string;
  readonly roleId: string | null;
  readonly role: string | null;
  readonly licence: string | null;
  readonly waitsFor: readonly { readonly roleId: string; readonly role: string; readonly licence: string }[];
}

/**
 * Every path that gives a person access to an application or does not, and in words why.
 * @throws RollcallError `user.not-found`, `application.not-found`
 */
export async function explain(
  database: Database,
  siteId: number,
  userId: string,
  applicationKey: string,
  rules: SeatRules,
): Promise<Explanation> {
  const facts = await readFacts(database, siteId, userId, applicationKey);
  const paths = await accessPaths(database, siteId, userId, facts.applicationId);
  const verdict = verdictOf(facts, paths, rules);
  return {
    user: { id: userId, userName: facts.userName, state: facts.state, type: facts.type },
    application: { key: applicationKey, name: facts.applicationName, state: facts.applicationState },
    verdict,
    reason: reasonOf(verdict, facts, paths),
    role: facts.role,
    licence: facts.licence,
    waitsFor: facts.waitsFor.map(({ role, licence }) => ({ role, licence })),
    paths: paths.map((path) => ({ ...path, effect: effectOf(path, facts) })),
  };
}

async function readFacts(database: Database, siteId: number, userId: string, applicationKey: string): Promise<Facts> {
  const [applications, users] = await Promise.all([
    database.read<Pick<Facts, 'applicationId' | 'applicationName' | 'applicationState'>>(sql`
      SELECT id AS "applicationId", name AS "applicationName", state AS "applicationState" FROM applications
      WHERE site_id = ${siteId} AND key = ${applicationKey}`),
    database.read<Pick<Facts, 'userName' | 'state' | 'type'>>(sql`
      SELECT user_name AS "userName", state, user_type AS type FROM users
      WHERE site_id = ${siteId} AND id = ${userId} AND deleted_at IS NULL`),
  ]);
  const [application, user] = [applications[0], users[0]];
  if (application === undefined) {
    throw new RollcallError('not-found', 'application.not-found', `There is no application "${applicationKey}".`);
  }
  if (user === undefined) throw new RollcallError('not-found', 'user.not-found', `There is no user ${userId}.`);
  const { applicationId } = application;
  const [held, waitsFor] = await Promise.all([
    database.read<Pick<Facts, 'roleId' | 'role' | 'licence'>>(sql`
      SELECT e.role_id AS "roleId", r.key AS role, l.name AS licence FROM entitlements e
      JOIN application_roles r ON r.site_id = e.site_id AND r.id = e.role_id
      LEFT JOIN licences l ON l.site_id = e.site_id AND l.id = e.licence_id
      WHERE e.site_id = ${siteId} AND e.user_id = ${userId} AND e.application_id = ${applicationId}`),
    database.read<Facts['waitsFor'][number]>(sql`
      SELECT w.role_id AS "roleId", r.key AS role, l.name AS licence FROM waiting_places w
      JOIN application_roles r ON r.site_id = w.site_id AND r.id = w.role_id
      JOIN licences l ON l.site_id = w.site_id AND l.id = w.licence_id
      WHERE w.site_id = ${siteId} AND w.user_id = ${userId} AND w.application_id = ${applicationId} ORDER BY r.rank`),
  ]);
  return { ...application, ...user, ...(held[0] ?? { roleId: null, role: null, licence: null }), waitsFor };
}

function verdictOf(facts: Facts, paths: readonly AccessPath[], rules: SeatRules): Verdict {
  if (facts.role !== null) return 'has-access';
  if (paths.length === 0) return 'no-path';
  if (facts.applicationState === 'disabled') return 'application-disabled';
  if (facts.state !== 'active' && !(facts.state === 'invited' && rules.invitedTakeSeats)) return 'not-active';
  if (facts.type === 'customer' && paths.every(({ takesSeat }) => takesSeat)) return 'only-seats-for-a-customer';
  return 'waits';
}

function effectOf({ roleId, rank }: AccessPath, facts: Facts): PathEffect {
  if (roleId === facts.roleId) return 'gives';
  if (facts.waitsFor.some((place) => place.roleId === roleId)) return 'waits';
  return facts.role !== null && rank > 1 ? 'lower' : 'withheld';
}

function reasonOf(verdict: Verdict, facts: Facts, paths: readonly AccessPath[]): string {
  const { userName, applicationName: name, role, licence, waitsFor, state } = facts;
  const waiting = waitsFor.map((place) => `${place.role} (${place.licence} is full)`).join(', ');
  switch (verdict) {
    case 'has-access': {
      const seat = licence === null ? 'without a seat' : `with a seat of ${licence}`;
      return `${userName} has the role ${role} of ${name}, ${seat}${waiting === '' ? '' : `, and waits for ${waiting}`}.`;
    }
    case 'waits':
      return `${userName} waits for ${waiting === '' ? 'a seat' : waiting} and has no access to ${name} yet.`;
    case 'no-path':
      return `Neither a group nor a grant gives ${userName} access to ${name}.`;
    case 'not-active':
      return `${userName} is ${state}; ${paths.length === 1 ? 'one path gives' : `${paths.length} paths give`} access again when that ends.`;
    case 'application-disabled':
      return `${name} is disabled, so that nobody has access; all grants are kept.`;
    case 'only-seats-for-a-customer':
      return `${userName} is a customer and can hold only roles without a seat; the paths give roles that take one.`;
  }
}
