import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ScimError } from '../../src/scim/errors.js';
import { applyPatch, parsePatch } from '../../src/scim/patch/index.js';
import { type JsonObject, USER } from '../../src/scim/schema/index.js';
import { fuzz, TIMEOUT } from '../support/fuzz/fuzz.ts';
import { GENERIC, type Model, patched, Refused, STRICT } from '../support/fuzz/patch-model.ts';
import {
  ENTERPRISE,
  type Json,
  type Step,
  sentOperation,
  startingUser,
  userStep,
} from '../support/fuzz/patch-steps.ts';
import { profileNamed } from '../support/profile.js';

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const LIMITS = { operations: 100, members: 5000, filter: { length: 2000, depth: 10, terms: 100 } };

/** What came out, or that the request was refused. */
type Outcome = { readonly document: JsonObject; readonly externalId: string | undefined } | 'refused';

function byModel(start: Model, steps: readonly Step[], tolerance: typeof GENERIC): Outcome {
  try {
    const { document, externalId } = patched(start, steps, tolerance);
    return { document: withSchemas(document), externalId };
  } catch (error) {
    if (error instanceof Refused) return 'refused';
    throw error;
  }
}

function byEngine(start: JsonObject, steps: readonly Step[], profile: string): Outcome {
  const rules = profileNamed(profile).patch;
  const body = { schemas: [PATCH_OP], Operations: steps.map(sentOperation) };
  const before = structuredClone(start);
  try {
    const { document, changed, externalId } = applyPatch(USER, start, parsePatch(USER, body, rules, LIMITS), rules);
    if (!changed) expect(sorted(document)).toEqual(sorted(before));
    return { document, externalId: externalId === undefined ? 'before' : externalId.value };
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    expect(error).toMatchObject({ status: 400, detail: expect.stringMatching(/^Operations\[|is required/) });
    return 'refused';
  } finally {
    expect(start).toEqual(before);
  }
}

function withSchemas(document: { [name: string]: Json }): JsonObject {
  const schemas = document[ENTERPRISE] === undefined ? [USER.schema.id] : [USER.schema.id, ENTERPRISE];
  return { ...document, schemas };
}

/** Neither members nor the values of a multi-valued attribute have an order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => JSON.stringify(sorted(each))).sort();
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .map(([name, member]) => [name, sorted(member)])
    .sort();
}

describe('PATCH', () => {
  it.each([
    ['generic', GENERIC, 3000],
    ['strict', STRICT, 2000],
  ] as const)(
    'PATA-03 to PATX-08: does to a user what a naive model does, by the profile %s',
    async (profile, tolerance, cases) => {
      const property = fc.property(
        startingUser,
        fc.array(userStep, { minLength: 1, maxLength: 4 }),
        (document, steps) => {
          const expected = byModel({ document, externalId: 'before', members: [] }, steps, tolerance);
          const outcome = byEngine(withSchemas(document), steps, profile);
          expect({ sent: steps.map(sentOperation), outcome }).toEqual({
            sent: steps.map(sentOperation),
            outcome: expected,
          });
        },
      );
      await fuzz(`PATCH, ${profile}`, cases, property);
    },
    TIMEOUT,
  );
});
