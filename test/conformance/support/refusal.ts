import { expect } from '@jest/globals';
import type { JsonValue } from '../../../src/scim/schema/index.js';
import { type Answer, type Client, patchBody } from './client.ts';
import { ERROR } from './urns.ts';

export interface Refusal {
  readonly status?: number;
  readonly scimType?: string;
  /** What the detail must name. */
  readonly names?: string | RegExp;
}

/** Looks at an error answer as a whole: body, media type, no word about the inside. */
export function expectRefusal(answer: Answer, { status = 400, scimType, names }: Refusal): void {
  expect({ status: answer.status, ...answer.body }).toEqual({
    status: String(status),
    schemas: [ERROR],
    ...(scimType === undefined ? {} : { scimType }),
    detail: expect.any(String),
  });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/scim\+json/);
  expect(answer.text).not.toMatch(/\bat \w+ \(|SELECT |UPDATE |INSERT |node_modules|QueryFailed/);
  if (names !== undefined) expect(String(answer.body.detail)).toMatch(names);
}

/** A PATCH that must be refused and leave the resource as it was: body, version, lastModified. */
export async function expectPatchRefused(
  client: Client,
  path: string,
  operations: readonly JsonValue[],
  refusal: Refusal,
): Promise<void> {
  await expectUnchanged(client, path, async () => {
    expectRefusal(await client.send('PATCH', path, { body: patchBody(...operations) }), refusal);
  });
}

/** Runs something that must leave a resource as it is. */
export async function expectUnchanged(client: Client, path: string, action: () => Promise<unknown>): Promise<void> {
  const before = await client.get(path);
  await action();
  const after = await client.get(path);
  expect(after.body).toEqual(before.body);
  expect(after.headers.get('etag')).toBe(before.headers.get('etag'));
}

/** A filter that must be refused. */
export async function expectFilterRefused(client: Client, path: string, filter: string, names?: RegExp): Promise<void> {
  const answer = await client.get(path, { filter });
  expectRefusal(answer, { scimType: 'invalidFilter', ...(names === undefined ? {} : { names }) });
}
