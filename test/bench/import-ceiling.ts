// A process of its own, as import-run.ts: the rows of users, groups and memberships by bare multi-row inserts, without
// log, locks, seats and checks.
import pg from 'pg';
import { createDirectory } from './directory.ts';
import type { ImportFigures } from './import.ts';
import { GROUPS_PER_USER, inParts, MEMBERS_PER_GROUP, membersOf, sampleGroup, sampleUser } from './import-sample.ts';

const { url, users: count } = JSON.parse(process.env.BENCH_IMPORT ?? '{}') as { url: string; users: number };
const { siteId, connectionId, close } = await createDirectory(url);
const client = new pg.Client({ connectionString: url });
await client.connect();

/** Statements in one transaction. */
async function write(...statements: readonly (readonly [string, ...unknown[]])[]): Promise<void> {
  await client.query('BEGIN');
  for (const [text, ...values] of statements) await client.query({ name: text.slice(0, 40), text, values });
  await client.query('COMMIT');
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

const IDENTITIES = `INSERT INTO identities (site_id, connection_id, object_id, object_type, external_id)
  SELECT $1, $2, id, $5, external_id FROM unnest($3::uuid[], $4::text[]) AS made (id, external_id)`;

const numbers = (length: number) => Array.from({ length }, (_, n) => n);
const userIds: string[] = [];
const groupIds: string[] = [];

const users = await timed(() =>
  inParts(numbers(count), 1000, 1, (part) => {
    const made = part.map(sampleUser);
    userIds.push(...made.map(({ id }) => id));
    const rows = made.map(({ id, profile: { userName, displayName, document, folded } }) => ({
      ...{
        id,
        user_name: userName,
        user_name_key: userName.toLowerCase(),
        display_name: displayName,
        document,
        folded,
      },
    }));
    const emails = made.flatMap(({ id, profile }) => profile.emails.map((email) => ({ id, ...email })));
    return write(
      [
        `INSERT INTO users (site_id, id, user_name, user_name_key, display_name, owner_connection_id, document, folded)
         SELECT $1, id, user_name, user_name_key, display_name, $2, document, folded FROM json_to_recordset($3::json)
           AS made (id uuid, user_name text, user_name_key text, display_name text, document jsonb, folded jsonb)`,
        ...[siteId, connectionId, JSON.stringify(rows)],
      ],
      [
        `INSERT INTO user_emails (site_id, value_key, type_key, user_id)
         SELECT $1, value, type, id FROM unnest($2::uuid[], $3::text[], $4::text[]) AS made (id, value, type)`,
        siteId,
        ...[emails.map(({ id }) => id), emails.map(({ value }) => value.toLowerCase()), emails.map(({ type }) => type)],
      ],
      [IDENTITIES, siteId, connectionId, made.map(({ id }) => id), made.map(({ externalId }) => externalId), 'User'],
    );
  }),
);
const groups = await timed(() =>
  inParts(numbers((count * GROUPS_PER_USER) / MEMBERS_PER_GROUP), 1000, 1, (part) => {
    const made = part.map(sampleGroup);
    groupIds.push(...made.map(({ id }) => id));
    const rows = made.map(({ id, profile: { displayName, document, folded } }) => ({
      ...{ id, display_name: displayName, display_name_key: displayName.toLowerCase(), document, folded },
    }));
    return write(
      [
        `INSERT INTO groups (site_id, id, display_name, display_name_key, owner_connection_id, document, folded)
         SELECT $1, id, display_name, display_name_key, $2, document, folded FROM json_to_recordset($3::json)
           AS made (id uuid, display_name text, display_name_key text, document jsonb, folded jsonb)`,
        ...[siteId, connectionId, JSON.stringify(rows)],
      ],
      [IDENTITIES, siteId, connectionId, made.map(({ id }) => id), made.map(({ externalId }) => externalId), 'Group'],
    );
  }),
);
const members = await timed(() =>
  inParts([...groupIds.entries()], 125, 1, (part) => {
    const pairs = part.flatMap(([n, groupId]) => membersOf(n, count).map((user) => ({ groupId, user })));
    return write([
      `INSERT INTO memberships (site_id, group_id, user_id, owner_connection_id)
       SELECT $1, group_id, user_id, $2 FROM unnest($3::uuid[], $4::uuid[]) AS made (group_id, user_id)`,
      ...[siteId, connectionId, pairs.map(({ groupId }) => groupId), pairs.map(({ user }) => userIds[user])],
    ]);
  }),
);
const megabytes = Math.round(process.memoryUsage.rss() / 1_048_576);
await Promise.all([client.end(), close()]);
const figures: ImportFigures = { users, groups, members, megabytes };
process.send?.(figures);
process.disconnect?.();
