import fc from 'fast-check';
import { roleValue } from './access-model.js';
import { ROLES, type Role } from './naive-model.js';

/** Numbers stand for the n-th client, user or group, counted round. */
export type Step =
  | { readonly kind: 'create'; readonly client: number; readonly values: readonly string[] }
  | { readonly kind: 'join' | 'leave'; readonly group: number; readonly user: number }
  | { readonly kind: 'grant' | 'ungrant'; readonly role: Role; readonly toUser: boolean; readonly holder: number }
  | { readonly kind: 'setSeats'; readonly pool: string; readonly seats: number | undefined }
  | { readonly kind: 'read'; readonly client: number; readonly user: number }
  | {
      readonly kind: 'put';
      readonly client: number;
      readonly user: number;
      readonly add: readonly string[];
      readonly remove: readonly string[];
      readonly versioned: boolean;
    }
  | { readonly kind: 'add' | 'remove'; readonly client: number; readonly user: number; readonly value: string }
  | { readonly kind: 'replace'; readonly client: number; readonly user: number; readonly values: readonly string[] }
  | { readonly kind: 'setActive'; readonly client: number; readonly user: number; readonly active: boolean }
  | { readonly kind: 'move'; readonly client: number; readonly user: number };

const index = fc.nat(11);
const role = fc.constantFrom(...ROLES);
const value = fc.oneof({ weight: 5, arbitrary: role.map(roleValue) }, { weight: 1, arbitrary: fc.constant('Chef') });
const values = fc.array(value, { maxLength: 2 });
const kind = <const T>(name: T) => fc.constant(name);
export const seats = fc.option(fc.nat(3), { nil: undefined, freq: 4 });
const onUser = { client: index, user: index };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: kind('create'), client: index, values }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('join'), group: index, user: index }) },
  { weight: 4, arbitrary: fc.record({ kind: kind('leave'), group: index, user: index }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('grant'), role, toUser: fc.boolean(), holder: index }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('ungrant'), role, toUser: fc.boolean(), holder: index }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('setSeats'), pool: fc.constantFrom('A', 'B'), seats }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('read'), ...onUser }) },
  {
    weight: 6,
    arbitrary: fc.record({ kind: kind('put'), ...onUser, add: values, remove: values, versioned: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ kind: kind('add'), ...onUser, value }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('remove'), ...onUser, value }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('replace'), ...onUser, values }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('setActive'), ...onUser, active: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('move'), ...onUser }) },
);

/** A body that is read before access goes and put back after it, which chance alone makes too seldom. */
const lateEcho = fc
  .record({ group: index, versioned: fc.boolean(), add: values, ...onUser })
  .map(({ group, versioned, add, client, user }): Step[] => [
    { kind: 'move', client, user },
    { kind: 'join', group, user },
    { kind: 'read', client, user },
    { kind: 'leave', group, user },
    { kind: 'put', client, user, add, remove: [], versioned },
  ]);

/** A role that several give, and one of them takes back. */
const severalGivers = fc.record({ role, other: index, ...onUser }).map(({ role: key, other, client, user }): Step[] => [
  { kind: 'move', client, user },
  { kind: 'add', client, user, value: roleValue(key) },
  { kind: 'grant', role: key, toUser: true, holder: user },
  { kind: 'move', client: other, user },
  { kind: 'remove', client: other, user, value: roleValue(key) },
]);

/** What happens in one life of a site. */
export const steps = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: step.map((one) => [one]) },
      { weight: 1, arbitrary: lateEcho },
      { weight: 1, arbitrary: severalGivers },
    ),
    { minLength: 12, maxLength: 24 },
  )
  .map((sequences) => sequences.flat());
