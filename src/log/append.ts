import { randomBytes } from 'node:crypto';
import { jsonLines, type Sql, sql } from '../database/index.js';
import { newObjectId, type Subject } from '../directory/index.js';
import type { NewLogEntry } from './log-entry.js';
import { maskSecrets } from './mask-secrets.js';

/** How many subjects an entry itself shows; a group of 100,000 has as many, and they stand in log_subjects. */
const SUBJECTS_SHOWN = 100;

const SALT_BYTES = 16;

/**
 * The statements that write an entry and whom it is about. They are independent of each other, so that they can
 * ride in one statement with the change itself.
 */
export function appendStatements(entry: NewLogEntry): Sql[] {
  const id = newObjectId();
  const at = new Date();
  return [insertEntry(entry, id, at), ...insertSubjects(entry, id, at)];
}

/** The same for several entries of one actor, in two statements. The subjects of each differ. */
export function appendAll(entries: readonly NewLogEntry[]): Sql[] {
  const [first] = entries;
  if (first === undefined) return [];
  const at = new Date();
  const made = entries.map((entry) => ({ entry, id: newObjectId() }));
  return [insertEntries(first.actor, made, at), ...insertAllSubjects(first.actor.siteId, made, at)];
}

interface MadeEntry {
  readonly entry: NewLogEntry;
  readonly id: string;
}

function insertEntries(actor: NewLogEntry['actor'], made: readonly MadeEntry[], at: Date): Sql {
  const salts = randomBytes(SALT_BYTES * made.length);
  const rows = made.map(({ entry, id }, index) => ({
    id,
    action: entry.action,
    object_type: entry.objectType,
    object_id: entry.objectId,
    outcome: entry.outcome,
    error_code: entry.error?.code,
    steps: entry.steps,
    changed: entry.changed.map((change) => change.attribute),
    subjects: entry.subjects.slice(0, SUBJECTS_SHOWN),
    subject_count: entry.subjects.length,
    personal: personalOf(entry),
    salt: salts.toString('hex', index * SALT_BYTES, (index + 1) * SALT_BYTES),
    duration_microseconds: entry.durationMicroseconds,
  }));
  return sql`
    INSERT INTO log_entries (site_id, at, id, source, connection_id, api_token_id, action, object_type, object_id, outcome,
      error_code, steps, changed, subjects, subject_count, personal, salt, personal_hash, correlation_id,
      duration_microseconds)
    SELECT ${actor.siteId}::integer, ${at}::timestamptz, id, ${actor.source}::text,
      ${actor.connection?.id ?? null}::uuid, ${actor.apiTokenId ?? null}::uuid, action, object_type, object_id, outcome,
      error_code, steps, changed, subjects, subject_count, personal, decode(salt, 'hex'),
      sha256(decode(salt, 'hex') || convert_to(personal::text, 'UTF8')), ${actor.correlationId}::text,
      duration_microseconds
    FROM ${jsonLines(rows.map(storableText).join('\n'), ENTRY_COLUMNS)}`;
}

const ENTRY_COLUMNS = sql`id uuid, action text, object_type text, object_id uuid, outcome text, error_code text,
  steps jsonb, changed text[], subjects jsonb, subject_count integer, personal jsonb, salt text,
  duration_microseconds integer`;

function insertAllSubjects(siteId: number, made: readonly MadeEntry[], at: Date): Sql[] {
  const subjects = made.flatMap(({ entry, id }) => subjectsOf(entry).map((subject) => ({ ...subject, entryId: id })));
  if (subjects.length === 0) return [];
  return [
    sql`
      INSERT INTO log_subjects (site_id, subject_id, at, entry_id, kind, effect)
      SELECT ${siteId}::integer, subject_id, ${at}::timestamptz, entry_id, kind, effect
      FROM unnest(${subjects.map(({ id }) => id)}::uuid[], ${subjects.map(({ entryId }) => entryId)}::uuid[],
        ${subjects.map(({ kind }) => kind)}::text[], ${subjects.map(({ effect }) => effect)}::text[])
        AS subject (subject_id, entry_id, kind, effect)`,
  ];
}

/** Whom an entry is about, the object itself first. */
function subjectsOf({ subjects, objectId, objectType }: NewLogEntry): Subject[] {
  return objectId === undefined ? [...subjects] : [{ kind: objectType, id: objectId, effect: 'object' }, ...subjects];
}

function personalOf(entry: NewLogEntry): object {
  return {
    ...(entry.objectName === undefined ? {} : { name: entry.objectName }),
    ...(entry.actor.userId === undefined ? {} : { byUser: entry.actor.userId }),
    ...(entry.changed.length === 0 ? {} : { changes: entry.changed.map(maskSecrets) }),
    ...(entry.details === undefined ? {} : { details: entry.details }),
    ...(entry.error === undefined ? {} : { advice: entry.error.advice, details: entry.error.details }),
  };
}

function insertEntry(entry: NewLogEntry, id: string, at: Date): Sql {
  const salt = randomBytes(SALT_BYTES);
  const personal = storableText(personalOf(entry));
  return sql`
    INSERT INTO log_entries (site_id, at, id, source, connection_id, api_token_id, action, object_type, object_id, outcome,
      error_code, steps, changed, subjects, subject_count, personal, salt, personal_hash, correlation_id,
      duration_microseconds)
    SELECT ${entry.actor.siteId}::integer, ${at}::timestamptz, ${id}::uuid, ${entry.actor.source}::text,
      ${entry.actor.connection?.id ?? null}::uuid, ${entry.actor.apiTokenId ?? null}::uuid, ${entry.action}::text,
      ${entry.objectType}::text, ${entry.objectId ?? null}::uuid, ${entry.outcome}::text, ${entry.error?.code ?? null}::text,
      ${JSON.stringify(entry.steps)}::jsonb, ${entry.changed.map((change) => change.attribute)}::text[],
      ${JSON.stringify(entry.subjects.slice(0, SUBJECTS_SHOWN))}::jsonb, ${entry.subjects.length}::integer,
      personal.value, ${salt}::bytea, sha256(${salt}::bytea || convert_to(personal.value::text, 'UTF8')),
      ${entry.actor.correlationId}::text, ${entry.durationMicroseconds}::integer
    FROM (SELECT ${personal}::jsonb AS value) AS personal`;
}

/** How JSON.stringify writes what jsonb refuses: NUL and halves of surrogate pairs. */
const UNSTORABLE = /\\u(?:0000|d[89a-f])/;

/** Looking at every value costs as much as everything else about an entry, and hardly any needs it. */
function storableText(value: unknown): string {
  const text = JSON.stringify(value);
  return UNSTORABLE.test(text) ? JSON.stringify(value, storable) : text;
}

/** A refused request may well have held what jsonb refuses. */
function storable(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '\uFFFD').replace(/\p{Surrogate}/gu, '\uFFFD') : value;
}

function insertSubjects(entry: NewLogEntry, id: string, at: Date): Sql[] {
  const subjects = subjectsOf(entry);
  if (subjects.length === 0) return [];
  return [
    sql`
      INSERT INTO log_subjects (site_id, subject_id, at, entry_id, kind, effect)
      SELECT DISTINCT ${entry.actor.siteId}::integer, subject_id, ${at}::timestamptz, ${id}::uuid, kind, effect
      FROM unnest(${subjects.map((subject) => subject.id)}::uuid[], ${subjects.map((subject) => subject.kind)}::text[],
        ${subjects.map((subject) => subject.effect)}::text[]) AS subject (subject_id, kind, effect)`,
  ];
}
