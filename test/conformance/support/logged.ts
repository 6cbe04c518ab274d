import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { sql } from '../../../src/database/index.js';
import type { JsonValue } from '../../../src/scim/schema/index.js';
import type { Client } from './client.ts';
import { expectRefusal, type Refusal } from './refusal.ts';
import type { Stage } from './stage.ts';

/** A write, as it is sent. */
export interface Write {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: JsonValue;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * A write that must be refused: nothing comes to be, whatever `path` names stays as it is, and the log has the failure
 * once, with the same words as the answer.
 */
export async function expectWriteRefused(stage: Stage, client: Client, write: Write, refusal: Refusal): Promise<void> {
  const { method, path, body, headers = {} } = write;
  const state = async () => ({
    target: method === 'POST' ? undefined : (await client.get(path)).body,
    users: (await client.get('/Users', { count: 0 })).body.totalResults,
    groups: (await client.get('/Groups', { count: 0 })).body.totalResults,
  });
  const correlationId = randomUUID();
  const before = await state();
  const answer = await client.send(method, path, { body, headers: { ...headers, 'x-request-id': correlationId } });
  expectRefusal(answer, refusal);
  expect(await state()).toEqual(before);
  const entries = await stage.server.database.write<{ outcome: string; code: string; advice: string | null }>(sql`
    SELECT outcome, error_code AS code, personal ->> 'advice' AS advice FROM log_entries
    WHERE correlation_id = ${correlationId}`);
  const advice = storable(String(answer.body.detail));
  expect(entries).toEqual([{ outcome: 'failure', code: expect.any(String), advice }]);
}

/** PostgreSQL holds neither NUL nor halves of surrogate pairs. */
function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').replace(/\p{Surrogate}/gu, '\uFFFD');
}
