import { type Database, sql } from '../database/index.js';
import type { Actor, LockingCommand } from '../directory/index.js';
import { RollcallError } from '../errors/index.js';
import { requireDefaultGroups } from '../licensing/index.js';

/** Who may sign up for an application. */
export interface SignUpRule {
  /** The key of the role that they get. */
  readonly role: string;
  /** Domains of addresses, in lower case; subdomains are others. */
  readonly domains: readonly string[];
  /** Whether an administrator looks at each of them first. */
  readonly approval: boolean;
}

/** A rule with what it is about. */
export interface FoundRule extends SignUpRule {
  readonly siteId: number;
  readonly siteName: string;
  readonly applicationId: string;
  readonly applicationName: string;
  readonly roleId: string;
}

const DOMAIN = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;
const MOST_DOMAINS = 100;

/**
 * Lets people sign up for an application, or changes who may.
 * @throws RollcallError `sign-up.domains`, `application.no-default-group`
 */
export function allowSignUp(
  actor: Actor,
  application: { readonly id: string; readonly name: string },
  { roleId, role, domains, approval }: SignUpRule & { readonly roleId: string },
): LockingCommand<SignUpRule> {
  const { siteId } = actor;
  const names = [...new Set(domains.map((name) => name.trim().toLowerCase()))];
  if (names.length === 0 || names.length > MOST_DOMAINS || !names.every((name) => DOMAIN.test(name))) {
    const message = `Name 1 to ${MOST_DOMAINS} domains of addresses, such as example.com.`;
    throw new RollcallError('invalid', 'sign-up.domains', message);
  }
  const rule = { role, domains: names, approval };
  return {
    ...about('sign-up.allow', application.id),
    async run(transaction) {
      await requireDefaultGroups(transaction, siteId, [roleId]);
      return {
        ...told(application),
        result: rule,
        changed: [{ attribute: 'signUp', old: undefined, new: rule }],
        writes: [
          sql`
            INSERT INTO sign_up_rules (site_id, application_id, role_id, domains, approval)
            VALUES (${siteId}, ${application.id}, ${roleId}, ${names}::text[], ${approval})
            ON CONFLICT (site_id, application_id) DO UPDATE
            SET role_id = excluded.role_id, domains = excluded.domains, approval = excluded.approval`,
        ],
      };
    },
  };
}

/** Nobody may sign up any more, and nobody who waits is let in before somebody may again. @throws RollcallError `sign-up.not-allowed` */
export function disallowSignUp(
  actor: Actor,
  application: { readonly id: string; readonly name: string },
): LockingCommand<void> {
  return {
    ...about('sign-up.disallow', application.id),
    async run(transaction) {
      const removed = await transaction.run(sql`
        DELETE FROM sign_up_rules WHERE site_id = ${actor.siteId} AND application_id = ${application.id} RETURNING 1`);
      if (removed.length === 0) throw notAllowed();
      return {
        ...told(application),
        result: undefined,
        changed: [{ attribute: 'signUp', old: 'allowed', new: undefined }],
        writes: [],
      };
    },
  };
}

/** Not from a replica: what an administrator has just switched off is off. @throws RollcallError `sign-up.not-allowed` */
export async function findRule(database: Database, siteKey: string, applicationKey: string): Promise<FoundRule> {
  const [rule] = await database.write<FoundRule>(sql`
    SELECT r.key AS role, u.domains, u.approval, s.id AS "siteId", s.name AS "siteName", a.id AS "applicationId",
      a.name AS "applicationName", r.id AS "roleId"
    FROM sites s JOIN applications a ON a.site_id = s.id AND a.state = 'active'
    JOIN sign_up_rules u ON u.site_id = a.site_id AND u.application_id = a.id
    JOIN application_roles r ON r.site_id = u.site_id AND r.id = u.role_id
    WHERE s.key = ${siteKey} AND a.key = ${applicationKey}`);
  if (rule === undefined) throw notAllowed();
  return rule;
}

/** The same where the application is not there: whoever asks without a token learns nothing of it. */
export function notAllowed(): RollcallError {
  return new RollcallError('not-found', 'sign-up.not-allowed', 'Nobody can sign up for this application.');
}

/** @throws RollcallError `sign-up.domain` */
export function requireDomain({ domains }: SignUpRule, address: string): void {
  if (domains.includes(address.slice(address.lastIndexOf('@') + 1).toLowerCase())) return;
  throw new RollcallError('forbidden', 'sign-up.domain', 'Nobody can sign up with an address of this domain.');
}

/** With the roles and groups as they are. */
function about(action: string, objectId: string) {
  return { action, objectType: 'Application', objectId, structure: 'shared', groupIds: [], userIds: [] } as const;
}

function told({ id, name }: { readonly id: string; readonly name: string }) {
  return { objectId: id, objectName: name, subjects: [], affectedUserIds: [] };
}
