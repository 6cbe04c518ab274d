import { randomBytes } from 'node:crypto';
import { type Sql, sql } from '../database/index.js';
import { newObjectId } from '../directory/index.js';
import type { NewLogEntry } from './log-entry.js';
import { maskSecrets } from './mask-secrets.js';

/** How many subjects an entry itself shows; a group of 100,000 has as many, and they stand in log_subjects. */
const SUBJECTS_SHOWN = 100;

/**
 * The statements that write an entry and whom it is about. They are independent of each other, so that they can
 * ride in one statement with the change itself.
 */
export function appendStatements(entry: NewLogEntry): Sql[] {
  const id = newObjectId();
  const at = new Date();
  return [insertEntry(entry, id, at), ...insertSubjects(entry, id, at)];
}

function insertEntry(entry: NewLogEntry, id: string, at: Date): Sql {
  const salt = randomBytes(16);
  const personal = JSON.stringify(
    {
      ...(entry.objectName === undefined ? {} : { name: entry.objectName }),
      ...(entry.actor.userId === undefined ? {} : { byUser: entry.actor.userId }),
      ...(entry.changed.length === 0 ? {} : { changes: entry.changed.map(maskSecrets) }),
      ...(entry.details === undefined ? {} : { details: entry.details }),
      ...(entry.error === undefined ? {} : { advice: entry.error.advice, details: entry.error.details }),
    },
    storable,
  );
  return sql`
    INSERT INTO log_entries (site_id, at, id, source, connection_id, action, object_type, object_id, outcome,
      error_code, steps, changed, subjects, subject_count, personal, salt, personal_hash, correlation_id,
      duration_microseconds)
    SELECT ${entry.actor.siteId}::integer, ${at}::timestamptz, ${id}::uuid, ${entry.actor.source}::text,
      ${entry.actor.connection?.id ?? null}::uuid, ${entry.action}::text, ${entry.objectType}::text,
      ${entry.objectId ?? null}::uuid, ${entry.outcome}::text, ${entry.error?.code ?? null}::text,
      ${JSON.stringify(entry.steps)}::jsonb, ${entry.changed.map((change) => change.attribute)}::text[],
      ${JSON.stringify(entry.subjects.slice(0, SUBJECTS_SHOWN))}::jsonb, ${entry.subjects.length}::integer,
      personal.value, ${salt}::bytea, sha256(${salt}::bytea || convert_to(personal.value::text, 'UTF8')),
      ${entry.actor.correlationId}::text, ${entry.durationMicroseconds}::integer
    FROM (SELECT ${personal}::jsonb AS value) AS personal`;
}

/** jsonb refuses NUL and halves of surrogate pairs, which a refused request may well have held. */
function storable(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '\uFFFD').replace(/\p{Surrogate}/gu, '\uFFFD') : value;
}

function insertSubjects(entry: NewLogEntry, id: string, at: Date): Sql[] {
  const subjects = [...entry.subjects];
  if (entry.objectId !== undefined) subjects.unshift({ kind: entry.objectType, id: entry.objectId, effect: 'object' });
  if (subjects.length === 0) return [];
  return [
    sql`
      INSERT INTO log_subjects (site_id, subject_id, at, entry_id, kind, effect)
      SELECT DISTINCT ${entry.actor.siteId}::integer, subject_id, ${at}::timestamptz, ${id}::uuid, kind, effect
      FROM unnest(${subjects.map((subject) => subject.id)}::uuid[], ${subjects.map((subject) => subject.kind)}::text[],
        ${subjects.map((subject) => subject.effect)}::text[]) AS subject (subject_id, kind, effect)`,
  ];
}
