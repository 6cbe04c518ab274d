import { type Sql, sql } from '../../database/index.js';
import type { Document } from '../attribute-changes.js';
import { comparisonKey } from '../comparison-key.js';
import type { UserProfile } from './user-profile.js';

type Emails = UserProfile['emails'];

/** The addresses of a stored document. */
export function emailsOf({ emails }: Document): Emails {
  if (!Array.isArray(emails)) return [];
  return emails.flatMap((email: unknown) => {
    const { value, type } = (email ?? {}) as { value?: unknown; type?: unknown };
    return typeof value === 'string' ? [{ value, type: typeof type === 'string' ? type : undefined }] : [];
  });
}

/** Writes the keys under which the addresses of new users are looked up. */
export function addEmails(siteId: number, users: readonly { userId: string; emails: Emails }[]): Sql[] {
  return insertKeys(
    siteId,
    users.flatMap(({ userId, emails }) => emails.map((email) => keyOf(userId, email))),
  );
}

/** Replaces the keys of users' addresses; touches only those that differ. */
export function replaceEmails(
  siteId: number,
  users: readonly { userId: string; before: Emails; after: Emails }[],
): Sql[] {
  const gone: Key[] = [];
  const come: Key[] = [];
  for (const { userId, before, after } of users) {
    // Two spellings of an address share a key: a key still needed stays.
    const [had, has] = [keysOf(userId, before), keysOf(userId, after)];
    for (const [text, key] of had) if (!has.has(text)) gone.push(key);
    for (const [text, key] of has) if (!had.has(text)) come.push(key);
  }
  return [...deleteKeys(siteId, gone), ...insertKeys(siteId, come)];
}

interface Key {
  readonly userId: string;
  readonly value: string;
  readonly type: string;
}

function keyOf(userId: string, { value, type }: Emails[number]): Key {
  return { userId, value: comparisonKey(value), type: comparisonKey(type ?? '') };
}

function keysOf(userId: string, emails: Emails): Map<string, Key> {
  const keys = emails.map((email) => keyOf(userId, email));
  return new Map(keys.map((key) => [JSON.stringify([key.value, key.type]), key]));
}

function insertKeys(siteId: number, keys: readonly Key[]): Sql[] {
  if (keys.length === 0) return [];
  return [
    sql`
      INSERT INTO user_emails (site_id, value_key, type_key, user_id)
      SELECT DISTINCT ${siteId}::integer, value_key, type_key, user_id FROM ${unnested(keys)}`,
  ];
}

function deleteKeys(siteId: number, keys: readonly Key[]): Sql[] {
  if (keys.length === 0) return [];
  return [
    sql`
      DELETE FROM user_emails e USING ${unnested(keys)}
      WHERE e.site_id = ${siteId} AND e.value_key = key.value_key AND e.type_key = key.type_key
        AND e.user_id = key.user_id`,
  ];
}

function unnested(keys: readonly Key[]): Sql {
  return sql`unnest(${keys.map(({ value }) => value)}::text[], ${keys.map(({ type }) => type)}::text[],
    ${keys.map(({ userId }) => userId)}::uuid[]) AS key (value_key, type_key, user_id)`;
}
