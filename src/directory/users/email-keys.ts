import { type Sql, sql } from '../../database/index.js';
import { comparisonKey } from '../comparison-key.js';
import type { UserProfile } from './user-profile.js';

type Emails = UserProfile['emails'];

/** Writes the keys under which the addresses of a new user are looked up. */
export function addEmails(siteId: number, userId: string, emails: Emails): Sql[] {
  if (emails.length === 0) return [];
  const keys = emailKeys(emails);
  return [
    sql`
      INSERT INTO user_emails (site_id, value_key, type_key, user_id)
      SELECT DISTINCT ${siteId}::integer, value_key, type_key, ${userId}::uuid
      FROM unnest(${keys.values}::text[], ${keys.types}::text[]) AS key (value_key, type_key)`,
  ];
}

/** Replaces the keys of a user's addresses; touches only those that differ. */
export function replaceEmails(siteId: number, userId: string, before: Emails, after: Emails): Sql[] {
  const label = (email: Emails[number]) => JSON.stringify([email.value, email.type]);
  const [old, current] = [new Set(before.map(label)), new Set(after.map(label))];
  const gone = before.filter((email) => !current.has(label(email)));
  const come = after.filter((email) => !old.has(label(email)));
  // Two spellings of an address share a key: a key still needed stays.
  const needed = new Set(after.map((email) => JSON.stringify(keyPair(email))));
  const unneeded = gone.filter((email) => !needed.has(JSON.stringify(keyPair(email))));
  const keys = emailKeys(unneeded);
  const removal =
    unneeded.length === 0
      ? []
      : [
          sql`
            DELETE FROM user_emails e USING unnest(${keys.values}::text[], ${keys.types}::text[]) AS key (value, type)
            WHERE e.site_id = ${siteId} AND e.value_key = key.value AND e.type_key = key.type AND e.user_id = ${userId}`,
        ];
  const held = new Set(before.map((email) => JSON.stringify(keyPair(email))));
  return [
    ...removal,
    ...addEmails(
      siteId,
      userId,
      come.filter((email) => !held.has(JSON.stringify(keyPair(email)))),
    ),
  ];
}

function keyPair(email: Emails[number]): [string, string] {
  return [comparisonKey(email.value), comparisonKey(email.type ?? '')];
}

/** The keys under which addresses are looked up, values and types side by side. */
export function emailKeys(emails: Emails): { values: string[]; types: string[] } {
  const pairs = emails.map(keyPair);
  return { values: pairs.map(([value]) => value), types: pairs.map(([, type]) => type) };
}
