import { randomBytes } from 'node:crypto';
import { type Database, sql, type Transaction } from '../database/index.js';
import { RollcallError } from '../errors/index.js';
import type { Actor } from './actor.js';
import type { LockingCommand, StandaloneCommand } from './command.js';
import { newObjectId } from './object-id.js';
import { unverifiedDomain } from './ownership.js';

/** An e-mail domain that a site claims, and has proved once `verifiedAt` is set. */
export interface Domain {
  readonly name: string;
  /** What the DNS TXT record of the domain must hold, behind `rollcall-verification=`. */
  readonly challenge: string;
  readonly verifiedAt: Date | null;
  readonly verifiedBy: 'dns' | 'operator' | null;
}

const DOMAIN_NAME = /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** The text of the TXT record that proves a domain. */
export function challengeRecord(domain: Domain): string {
  return `rollcall-verification=${domain.challenge}`;
}

/** @throws RollcallError `domain.invalid-name`, `domain.exists` */
export function addDomain(actor: Actor, name: string): StandaloneCommand<Domain> {
  const lower = name.toLowerCase();
  if (!DOMAIN_NAME.test(lower)) {
    throw new RollcallError('invalid', 'domain.invalid-name', `"${name}" is not a domain name such as example.com.`);
  }
  const challenge = randomBytes(16).toString('hex');
  return {
    action: 'domain.add',
    objectType: 'Domain',
    standalone: () => ({
      result: { name: lower, challenge, verifiedAt: null, verifiedBy: null },
      objectId: newObjectId(),
      objectName: lower,
      changed: [{ attribute: 'domain', old: undefined, new: lower }],
      subjects: [],
      affectedUserIds: [],
      writes: [sql`INSERT INTO domains (site_id, name, challenge) VALUES (${actor.siteId}, ${lower}, ${challenge})`],
    }),
  };
}

/**
 * Notes that a domain is proved, by its TXT record or by the operator's word.
 * @throws RollcallError `domain.not-found`, `domain.of-another-site`
 */
export function verifyDomain(actor: Actor, name: string, by: 'dns' | 'operator'): LockingCommand<Domain> {
  return {
    action: 'domain.verify',
    objectType: 'Domain',
    structure: 'none',
    groupIds: [],
    userIds: [],
    async run(transaction) {
      const domain = await requireDomain(transaction, actor.siteId, name);
      const verifiedAt = domain.verifiedAt ?? new Date();
      return {
        result: { ...domain, verifiedAt, verifiedBy: domain.verifiedBy ?? by },
        objectId: newObjectId(),
        objectName: domain.name,
        changed: domain.verifiedAt === null ? [{ attribute: 'verifiedBy', old: undefined, new: by }] : [],
        subjects: [],
        affectedUserIds: [],
        unchanged: domain.verifiedAt !== null,
        writes:
          domain.verifiedAt === null
            ? [
                sql`
                  UPDATE domains SET verified_at = ${verifiedAt}, verified_by = ${by}
                  WHERE site_id = ${actor.siteId} AND name = ${domain.name}`,
              ]
            : [],
      };
    },
  };
}

export function listDomains(database: Database, siteId: number): Promise<Domain[]> {
  return database.read<Domain>(sql`
    SELECT name, challenge, verified_at AS "verifiedAt", verified_by AS "verifiedBy" FROM domains
    WHERE site_id = ${siteId} ORDER BY name`);
}

/** @throws RollcallError `ownership.unverified-domain` unless the site has proved the domain */
export async function requireVerifiedDomain(transaction: Transaction, siteId: number, domain: string): Promise<void> {
  const rows = await transaction.run(sql`
    SELECT 1 FROM domains WHERE site_id = ${siteId} AND name = ${domain} AND verified_at IS NOT NULL`);
  if (rows.length === 0) throw unverifiedDomain(domain);
}

async function requireDomain(transaction: Transaction, siteId: number, name: string): Promise<Domain> {
  const rows = await transaction.run<Domain>(sql`
    SELECT name, challenge, verified_at AS "verifiedAt", verified_by AS "verifiedBy" FROM domains
    WHERE site_id = ${siteId} AND name = ${name.toLowerCase()} FOR UPDATE`);
  const domain = rows[0];
  if (domain === undefined) {
    throw new RollcallError('not-found', 'domain.not-found', `The site has no domain ${name}; add it first.`);
  }
  return domain;
}
