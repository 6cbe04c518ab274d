import type { Budget, Operation, Visit } from './operations.ts';
import { addMembers, patchBody } from './patch-body.ts';
import { any } from './read-operations.ts';
import { newPerson, userBody } from './sample-user.ts';

/** Both ends are what clean-up.ts looks for. */
export const POSTED = 'posted-';
export const INSERTED = 'inserted-';

const BULK_USERS = 1000;

const WRITE: Budget = { kind: 'ratio', least: 0.35 };

/** One plain INSERT of a document of the same size into the same table. */
const insert: Visit = async (exchange, world, { turn }) => {
  const userName = `${INSERTED}${process.pid}-${turn}`;
  const body = JSON.stringify({ ...userBody(newPerson(String(turn), turn)), userName });
  await exchange.send({
    method: 'POST',
    url: `${world.ceilingUrl}/insert/${userName}`,
    body,
    expect: 200,
    label: 'ceiling',
  });
};

/** A new user, as every identity provider makes one; gives its id. */
async function post(exchange: Parameters<Visit>[0], serverUrl: string, turn: number): Promise<string> {
  const userName = `${POSTED}${process.pid}-${turn}`;
  const body = JSON.stringify({ ...userBody(newPerson(String(turn), turn)), userName });
  const url = `${serverUrl}/Users`;
  const { location } = await exchange.send({ method: 'POST', url, body, expect: 201, label: 'server' });
  return location?.slice(location.lastIndexOf('/') + 1) ?? '';
}

export const writeOperations: readonly Operation[] = [
  {
    name: 'patch-active',
    lines: [{ label: 'server', title: 'PATCH active, 10 groups, half with a capped seat', budget: WRITE }],
    async server(exchange, world, { client, turn }) {
      // No two connections change the same user.
      const share = Math.floor(world.users.length / 16);
      const { id } = world.users[(client % 16) * share + (turn % share)] ?? any(world.users);
      for (const value of [false, true]) {
        const body = patchBody({ op: 'replace', path: 'active', value });
        await exchange.send({
          method: 'PATCH',
          url: `${world.serverUrl}/Users/${id}`,
          body,
          expect: 200,
          label: 'server',
        });
      }
    },
    ceiling: insert,
  },
  {
    name: 'post',
    lines: [{ label: 'server', title: 'POST user', budget: WRITE }],
    async server(exchange, world, { turn }) {
      await post(exchange, world.serverUrl, turn);
    },
    ceiling: insert,
  },
  {
    name: 'post-bulk',
    lines: [
      {
        label: 'server',
        title: `bulk requests of ${BULK_USERS} new users; ratio per user`,
        budget: { kind: 'ratio', least: 1 },
      },
    ],
    units: BULK_USERS,
    async server(exchange, world, { turn }) {
      const Operations = Array.from({ length: BULK_USERS }, (_, index) => {
        const number = `${turn}-${index}`;
        const userName = `${POSTED}${process.pid}-bulk-${number}`;
        const data = { ...userBody(newPerson(number, index)), userName };
        return { method: 'POST', path: '/Users', bulkId: String(index), data };
      });
      const body = JSON.stringify({ schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations });
      await exchange.send({ method: 'POST', url: `${world.serverUrl}/Bulk`, body, expect: 200, label: 'server' });
    },
    ceiling: insert,
  },
  {
    name: 'post-capped',
    lines: [
      { label: 'server', title: 'POST user, every second one beside a PATCH', budget: WRITE },
      { label: 'access', title: '… that PATCH: into a group with a capped seat' },
    ],
    // A POST cannot carry memberships: every second one is followed by the PATCH that brings the seat.
    async server(exchange, world, { turn }) {
      const id = await post(exchange, world.serverUrl, turn);
      if (turn % 2 === 0) return;
      const url = `${world.serverUrl}/Groups/${any(world.cappedGroupIds)}`;
      await exchange.send({ method: 'PATCH', url, body: addMembers([id]), expect: 204, label: 'access' });
    },
    ceiling: insert,
  },
];
