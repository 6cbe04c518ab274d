import fc from 'fast-check';
import type { JsonObject } from '../../../src/scim/schema/index.js';

/** What the import owns in this test; a PUT of one user replaces the same and keeps the rest. */
export interface WantedUser {
  readonly userName: string;
  readonly externalId: string;
  readonly active: boolean;
  /** Attributes that have a value; those of OWNED that are not here have none. */
  readonly attributes: JsonObject;
}

export interface WantedMembers {
  readonly group: number;
  readonly addUsers: readonly number[];
  readonly removeUsers: readonly number[];
  readonly addGroups: readonly number[];
  readonly removeGroups: readonly number[];
}

/** Numbers stand for the n-th user or group that there ever was, counted round. */
export type ImportStep =
  | { readonly kind: 'createUsers'; readonly users: readonly WantedUser[] }
  | { readonly kind: 'updateUsers'; readonly users: readonly (WantedUser & { readonly user: number })[] }
  | { readonly kind: 'removeUsers'; readonly users: readonly number[] }
  | { readonly kind: 'createGroups'; readonly names: readonly string[] }
  | { readonly kind: 'renameGroups'; readonly groups: readonly { readonly group: number; readonly name: string }[] }
  | { readonly kind: 'removeGroups'; readonly groups: readonly number[] }
  | { readonly kind: 'members'; readonly changes: readonly WantedMembers[] }
  | { readonly kind: 'grant'; readonly group: number };

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** The attributes that the import owns. */
export const OWNED = ['displayName', 'title', 'emails', 'name', ENTERPRISE];

const index = fc.nat(15);
const some = fc.uniqueArray(index, { maxLength: 4, size: 'max' });
const kind = <const Name>(name: Name) => fc.constant(name);

const address = fc.record(
  { value: fc.constantFrom('A@x', 'a@x', 'b@x', 'c@x'), type: fc.constantFrom('work', 'home') },
  { requiredKeys: ['value'] },
);

const attributes = fc
  .record(
    {
      displayName: fc.constantFrom('Ann', 'Bob'),
      title: fc.constantFrom('Chef', 'Cook'),
      name: fc.record({ formatted: fc.constantFrom('Ann A.', 'Bob B.') }),
      emails: fc.array(address, { minLength: 1, maxLength: 3 }),
      [ENTERPRISE]: fc.record({ department: fc.constantFrom('One', 'Two'), costCenter: kind('1') }),
    },
    { requiredKeys: [] },
  )
  .map((object) => object as JsonObject);

// Few names, so that users swap them, pass them on and now and then get into each other's way.
const names = ['Ann', 'ann', 'bob', 'cid', 'dan', 'eve', 'fay', 'gus', 'hal', 'ida', 'jim', 'kim', 'leo', 'mia'];
const user = {
  userName: fc.constantFrom(...names),
  externalId: fc.constantFrom('1', '2'),
  active: fc.boolean(),
  attributes,
};

const members = fc.record({ group: index, addUsers: some, removeUsers: some, addGroups: some, removeGroups: some });

const step: fc.Arbitrary<ImportStep> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: kind('createUsers'),
      users: fc.array(fc.record(user), { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: kind('updateUsers'),
      users: fc.array(fc.record({ ...user, user: index }), { minLength: 1, maxLength: 5 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('removeUsers'), users: some }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: kind('createGroups'),
      names: fc.array(fc.constantFrom('One', 'one', 'Two'), { maxLength: 3 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: kind('renameGroups'),
      groups: fc.array(fc.record({ group: index, name: fc.constantFrom('One', 'Two', 'Six') }), { maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: kind('removeGroups'), groups: some }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: kind('members'), changes: fc.array(members, { minLength: 1, maxLength: 4 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: kind('grant'), group: index }) },
);

export const importSteps = fc.array(step, { minLength: 10, maxLength: 30, size: 'max' });
