// An emulated Google Workspace as a process of its own, so that its time and memory are nobody else's.
import { type Emulator, startGoogleEmulator } from '../../support/google-emulator/index.ts';
import type { WorkspaceAccess, WorkspaceSize } from './workspace.ts';

const size = JSON.parse(process.env.BENCH_WORKSPACE ?? '{}') as WorkspaceSize;

const emulator = await startGoogleEmulator({ seed: size, settings: { quotaPerMinute: undefined } });
const { environment, adminEmail } = emulator;
const access: WorkspaceAccess = { environment, adminEmail, key: JSON.stringify(emulator.keyFor()) };

process.on('message', ({ part }: { part: number }) => {
  change(emulator, part);
  process.send?.('changed');
});
process.once('disconnect', () => process.exit(0));
process.send?.(access);

function change({ directory, users, groups, members }: Emulator, part: number): void {
  const every = Math.round(1 / part);
  const people = [...directory.usersById.values()];
  const all = [...directory.groupsById.values()];
  for (const [n, { id }] of people.entries()) if (n % every === 0) users.change(id, { familyName: `Renamed ${n}` });
  for (const [n, { id }] of all.entries()) if (n % every === 0) groups.change(id, { name: `Renamed group ${n}` });
  // As many come as go, in one group of ten.
  const perGroup = Math.ceil((size.memberships * part) / 2 / (all.length / 10));
  for (const { id } of all.filter((_, n) => n % 10 === 5)) {
    const there = members.of(id);
    for (const member of there.filter(({ type }) => type === 'USER').slice(0, perGroup)) members.remove(id, member.id);
    const inside = new Set(there.map((member) => member.id));
    const others = people.filter((person) => !inside.has(person.id)).slice(0, perGroup);
    for (const person of others) members.add(id, { member: person.id });
  }
}
