import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CUSTOMER, type FaultStage, startFaultStage } from '../support/emulator-fault-stage.ts';
import { faultCatalogue } from '../support/google-emulator/faults/create-faults.ts';
import type { Emulator } from '../support/google-emulator/index.ts';
import { type GoogleRequests, refusal } from '../support/google-requests.ts';

let stage: FaultStage;
let emulator: Emulator;
let requests: GoogleRequests;

beforeAll(async () => {
  stage = await startFaultStage();
  emulator = stage.emulator;
});
afterAll(() => emulator.close());
beforeEach(() => {
  stage.renew();
  requests = stage.requests;
});

describe('the directory', () => {
  const members = async (group: unknown) => (await requests.get(`/groups/${group}/members`, {})).body.members;
  const member = async ({ groupId, memberId }: { groupId?: unknown; memberId?: unknown }) => {
    emulator.settings.pageLimit = undefined;
    return (await members(groupId)).find(({ id }: { id: string }) => id === memberId);
  };
  const user = async (id: unknown) => (await requests.get(`/users/${id}`)).body;

  it('foreign-group-403: has a group of another company among the members', async () => {
    const { touched } = emulator.fault('foreign-group-403');
    expect(await member(touched)).toMatchObject({ type: 'GROUP', email: touched.memberEmail });
    expect(refusal(await requests.get(`/groups/${touched.memberId}`))).toMatchObject({
      status: 403,
      domain: 'global',
      reason: 'forbidden',
    });
    expect((await requests.get(`/groups/${touched.memberId}/members`)).status).toBe(403);
  });

  it('external-member-no-status: has somebody from outside among the members', async () => {
    const { touched } = emulator.fault('external-member-no-status');
    const found = await member(touched);
    expect(found).toMatchObject({ type: 'USER', email: 'guest@elsewhere.test' });
    expect(found).not.toHaveProperty('status');
    expect((await requests.get(`/users/${touched.memberEmail}`)).status).toBe(403);
  });

  it('customer-member: has everybody among the members', async () => {
    const { touched } = emulator.fault('customer-member');
    const found = await member(touched);
    expect(found).toMatchObject({ type: 'CUSTOMER', id: emulator.customerId });
    expect(found).not.toHaveProperty('email');
    expect(emulator.effectiveMembers(String(touched.groupId)).size).toBe(20);
  });

  it('alias-member: lists somebody under an alias', async () => {
    const { touched } = emulator.fault('alias-member');
    expect((await member(touched)).email).toBe(touched.memberEmail);
    const { primaryEmail, aliases } = await user(touched.memberId);
    expect([primaryEmail === touched.memberEmail, aliases]).toEqual([
      false,
      expect.arrayContaining([touched.memberEmail]),
    ]);
  });

  it('dup-group-names: has two groups of one name', async () => {
    const { touched } = emulator.fault('dup-group-names');
    const [first, second] = touched.groupIds as string[];
    const name = async (id: string | undefined) => (await requests.get(`/groups/${id}`)).body.name;
    expect([first === second, await name(first)]).toEqual([false, await name(second)]);
  });

  it('mononym-zwsp: has somebody with one name', async () => {
    const { touched } = emulator.fault('mononym-zwsp');
    expect((await user(touched.id)).name.familyName).toBe('\u200B');
  });

  it('recreated-same-email-new-id: has somebody new of the same address', async () => {
    const { touched } = emulator.fault('recreated-same-email-new-id');
    expect((await user(touched.primaryEmail)).id).toBe(touched.id);
    expect(touched.id).not.toBe(touched.formerId);
    const { body } = await requests.get('/users', { ...CUSTOMER, showDeleted: 'true' });
    expect(body.users).toEqual([expect.objectContaining({ id: touched.formerId, primaryEmail: touched.primaryEmail })]);
  });

  it('renamed-primary, alias-promoted: has somebody under another address', async () => {
    for (const name of ['renamed-primary', 'alias-promoted'] as const) {
      const { touched } = emulator.fault(name);
      const found = await user(touched.id);
      expect([found.primaryEmail, found.aliases]).toEqual([
        touched.primaryEmail,
        expect.arrayContaining([touched.formerEmail]),
      ]);
    }
  });

  it('swap-two-primaries: has people who exchanged their addresses, in circles of any length', async () => {
    for (const count of [2, 3]) {
      const before = emulator.directory.users.items.map(({ id, primaryEmail }) => ({ id, primaryEmail }));
      const { touched } = emulator.fault('swap-two-primaries', { count });
      const swapped = touched.users as { id: string; primaryEmail: string }[];
      expect(swapped).toHaveLength(count);
      for (const { id, primaryEmail } of swapped) {
        expect(await user(id)).toMatchObject({ primaryEmail });
        expect(before).not.toContainEqual({ id, primaryEmail });
      }
    }
  });
});

describe('a fault', () => {
  it('is in the README as it describes itself', () => {
    const readme = readFileSync(new URL('../support/google-emulator/README.md', import.meta.url), 'utf8');
    const section = readme.slice(readme.indexOf('## Faults'));
    const listed = section.split('\n').filter((line) => line.startsWith('| `'));
    expect(listed).toEqual(Object.entries(faultCatalogue).map(([name, { does }]) => `| \`${name}\` | ${does} |`));
  });

  it('takes the options of its description only', () => {
    expect(() => emulator.fault('login-time-flap', { times: 1 })).toThrow('the fault login-time-flap takes no times');
    expect(() => emulator.fault('no-emails', { user: 'nobody@example.com' })).toThrow('no user nobody@example.com');
    expect(() => emulator.fault('unknown' as 'no-emails')).toThrow('no fault unknown: there is empty-users-200');
  });
});
