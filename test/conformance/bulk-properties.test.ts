import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../src/scim/schema/index.js';
import { type Client, unique } from './support/client.ts';
import { type Stage, startStage } from './support/stage.ts';
import { ENTERPRISE, GROUP, PATCH_OP, USER } from './support/urns.ts';

let stage: Stage;
let client: Client;
beforeAll(async () => {
  stage = await startStage();
  client = stage.strict;
});
afterAll(() => stage.close());

/** A creation; references are numbers of creations, also later ones and itself. */
interface Creation {
  readonly kind: 'user' | 'group';
  readonly valid: boolean;
  readonly references: readonly number[];
}

interface Retitling {
  readonly target: number;
  readonly title: string;
}

const creation: fc.Arbitrary<Creation> = fc.record({
  kind: fc.constantFrom('user', 'group'),
  valid: fc.nat(4).map((chance) => chance > 0),
  references: fc.uniqueArray(fc.nat(5), { maxLength: 2 }),
});
const retitling: fc.Arbitrary<Retitling> = fc.record({ target: fc.nat(5), title: fc.constantFrom('a', 'b', 'c') });
interface Scenario {
  readonly creations: readonly Creation[];
  readonly retitlings: readonly Retitling[];
}

const scenario: fc.Arbitrary<Scenario> = fc.record({
  creations: fc.array(creation, { minLength: 2, maxLength: 6 }),
  retitlings: fc.array(retitling, { maxLength: 3 }),
});

/** A valid user is made whole before the circle it is part of breaks: 1 → 3 → 4 → 2 → 1. */
const brokenCircle: Scenario = {
  creations: [
    { kind: 'user', valid: true, references: [] },
    { kind: 'user', valid: false, references: [3] },
    { kind: 'user', valid: true, references: [1] },
    { kind: 'user', valid: false, references: [4] },
    { kind: 'user', valid: true, references: [2] },
  ],
  retitlings: [],
};

/** Who may be made: those that are valid and name only such, round in circles or not. */
function survivors(creations: readonly Creation[]): Set<number> {
  const left = new Set(creations.flatMap(({ valid }, index) => (valid ? [index] : [])));
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const index of left) if (namedBy(creations, index).some((other) => !left.has(other))) left.delete(index);
  }
  return left;
}

/** A user names one other user, as manager; a group any number of either. */
function namedBy(creations: readonly Creation[], index: number): number[] {
  const { kind, references } = creations[index] ?? { kind: 'group', references: [] };
  const there = references.filter((other) => other < creations.length);
  return kind === 'group' ? there : there.filter((other) => creations[other]?.kind === 'user').slice(0, 1);
}

it('BLK-06, BLK-07, BLK-08, BLK-13, BLK-20, BLK-23: whatever names whatever, what can be made is made, and whole', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ creations, retitlings }) => {
      const name = unique('p');
      const operations = [
        ...creations.map((one, index) => operationOf(creations, one, index, name)),
        ...retitlings.map(({ target, title }) => ({
          method: 'PATCH',
          path: `/Users/bulkId:${target}`,
          data: { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'title', value: title }] },
        })),
      ];
      const answer = await client.post('/Bulk', {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
        Operations: operations as JsonObject[],
      });
      const results = answer.body.Operations as { status: string; location?: string }[];
      const made = survivors(creations);
      const ids = creations.map((_, index) => results[index]?.location?.split('/').at(-1));

      expect(results.slice(0, creations.length).map(({ status }) => status === '201')).toEqual(
        creations.map((_, index) => made.has(index)),
      );
      for (const index of made) {
        const { kind } = creations[index] ?? { kind: 'group' };
        const resource = await client.read(`/${kind === 'user' ? 'Users' : 'Groups'}/${ids[index]}`);
        const wanted = namedBy(creations, index).map((other) => ids[other]);
        expect(namesOf(resource).sort()).toEqual(wanted.sort());
        const titles = retitlings.filter(({ target }) => target === index);
        if (kind === 'user') expect(resource.title).toBe(titles.at(-1)?.title);
      }
      expect(await countNamed(name)).toBe(made.size);
    }),
    { numRuns: 60, examples: [[brokenCircle]] },
  );
}, 120_000);

function operationOf(creations: readonly Creation[], { kind, valid }: Creation, index: number, name: string) {
  const references = namedBy(creations, index).map((other) => `bulkId:${other}`);
  const text = `${name}-${index}`;
  const data: JsonObject =
    kind === 'user'
      ? {
          schemas: [USER],
          userName: text,
          ...(valid ? {} : { active: 'perhaps' }),
          ...(references[0] === undefined ? {} : { [ENTERPRISE]: { manager: { value: references[0] } } }),
        }
      : { schemas: [GROUP], displayName: valid ? text : 7, members: references.map((value) => ({ value })) };
  return { method: 'POST', path: kind === 'user' ? '/Users' : '/Groups', bulkId: String(index), data };
}

function namesOf(resource: JsonObject): unknown[] {
  if (Array.isArray(resource.members)) return (resource.members as JsonObject[]).map(({ value }) => value);
  const manager = (resource[ENTERPRISE] as JsonObject | undefined)?.manager as JsonObject | undefined;
  return manager === undefined ? [] : [manager.value];
}

async function countNamed(name: string): Promise<number> {
  const users = await client.get('/Users', { filter: `userName sw "${name}-"`, count: 0 });
  const groups = await client.get('/Groups', { filter: `displayName sw "${name}-"`, count: 0 });
  return Number(users.body.totalResults) + Number(groups.body.totalResults);
}
