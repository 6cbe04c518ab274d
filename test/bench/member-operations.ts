import type { Line, Operation, Visit } from './operations.ts';
import { addMembers, patchBody, removeMember } from './patch-body.ts';
import type { SampleGroup, World } from './world.ts';

const QUICK = { kind: 'p95', below: 10 } as const;

/** As an identity provider does it, and then everybody on one group: there each waits for the group's row. */
export const memberOperations: readonly Operation[] = [
  members('member-small', 1, (world) => world.smallGroup, {
    label: 'server',
    title: 'member, group of 100, 1 connection',
  }),
  members('member-large', 1, (world) => world.largeGroup, {
    label: 'server',
    title: 'member, largest group, 1 connection',
    budget: QUICK,
  }),
  members('member-small-contended', undefined, (world) => world.smallGroup, {
    label: 'server',
    title: 'member, all connections on one group of 100',
  }),
  members('member-large-contended', undefined, (world) => world.largeGroup, {
    label: 'server',
    title: 'member, all connections on the largest group',
    budget: QUICK,
  }),
  {
    // Here for --profile alone: the report takes bulk-members.ts, which looks at the memory as well.
    name: 'bulk-members',
    connections: 1,
    lines: [],
    async server(exchange, world) {
      const url = `${world.serverUrl}/Groups/${world.emptyGroupId}`;
      const body = addMembers(world.users.map((user) => user.id));
      await exchange.send({ method: 'PATCH', url, body, expect: 204, label: 'added' });
      const nobody = patchBody({ op: 'remove', path: 'members' });
      await exchange.send({ method: 'PATCH', url, body: nobody, expect: 204, label: 'removed' });
    },
  },
];

function members(
  name: string,
  connections: number | undefined,
  groupOf: (world: World) => SampleGroup,
  line: Line,
): Operation {
  const server: Visit = async (exchange, world, { client, turn }) => {
    const { id, members: ids } = groupOf(world);
    // No two connections move the same member.
    const share = Math.floor(ids.length / 16);
    const member = ids[(client % 16) * share + (turn % share)] ?? '';
    const url = `${world.serverUrl}/Groups/${id}`;
    for (const body of [removeMember(member), addMembers([member])]) {
      await exchange.send({ method: 'PATCH', url, body, expect: 204, label: 'server' });
    }
  };
  return { name, lines: [line], server, ...(connections === undefined ? {} : { connections }) };
}
