import { groupRecord } from '../state/groups.ts';
import type { GroupRecord, MemberRecord, MemberRole, UserRecord } from '../state/records.ts';
import { DEPARTMENTS, OFFICES } from './names.ts';
import type { Random } from './random.ts';
import type { SeedPlan } from './seed-options.ts';

const KINDS = ['Team', 'Project', 'All', 'Leads', 'Readers', 'On-call'];
/** Every so many groups hold other groups. */
const NESTING = 8;

/** Groups with exactly `plan.memberships` direct members: a few large, many small, some nested and none in a circle. */
export function seedGroups(plan: SeedPlan, users: readonly UserRecord[], random: Random): GroupRecord[] {
  const people = [...users].sort((a, b) => (a.id < b.id ? -1 : 1));
  const membersOf = memberships(people);
  const groups: GroupRecord[] = [];
  for (const [index, size] of groupSizes(plan).entries()) {
    const group = emptyGroup(plan, index, random);
    const nested = index % NESTING === NESTING - 1 ? nestedMembers(groups, Math.min(size, 3), random) : [];
    const members = membersOf(size - nested.length, random);
    group.members.load(nested.length > 0 ? [...nested, ...members] : members, nested.length === 0);
    group.version = 1;
    groups.push(group);
  }
  return groups;
}

function emptyGroup(plan: SeedPlan, index: number, random: Random): GroupRecord {
  const department = DEPARTMENTS[index % DEPARTMENTS.length] ?? 'Engineering';
  const office = random.pick(OFFICES);
  const kind = random.pick(KINDS);
  const domain = random.pick(plan.domains);
  const local = `${department}-${kind}-${office.code}-${index + 1}`.toLowerCase();
  const group = groupRecord({
    id: `0${random.letters(14)}`,
    email: `${local}@${domain}`,
    name: `${department} ${kind} ${office.locality} ${index + 1}`,
    description: random.chance(0.5) ? `${kind} of ${department} in ${office.locality}` : '',
  });
  if (random.chance(0.1)) group.aliases = [`${local}.${random.letters(3)}@${domain}`];
  return group;
}

/** Falls off slowly from the first group to the last; the rest of the division goes to whoever has room. */
function groupSizes({ groups, memberships, users }: SeedPlan): number[] {
  const weights = Array.from({ length: groups }, (_, index) => 1 / (index + 4) ** 0.7);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const sizes = weights.map((weight) => Math.min(users, Math.floor((weight / total) * memberships)));
  let left = memberships - sizes.reduce((sum, size) => sum + size, 0);
  for (let index = 0; left > 0; index = (index + 1) % groups) {
    const size = sizes[index] ?? users;
    if (size >= users) continue;
    const more = Math.min(left, users - size, Math.max(1, Math.floor(memberships / groups / 10)));
    sizes[index] = size + more;
    left -= more;
  }
  return sizes;
}

function nestedMembers(earlier: readonly GroupRecord[], count: number, random: Random): MemberRecord[] {
  const inside = new Map<string, MemberRecord>();
  for (let tries = 0; inside.size < count && tries < count * 4 && earlier.length > 0; tries += 1) {
    const { id } = random.pick(earlier);
    inside.set(id, { id, type: 'GROUP', role: 'MEMBER' });
  }
  return [...inside.values()];
}

/** Picks different people, in the order of their ids, by steps of a length that has no divisor in common with theirs. */
function memberships(people: readonly UserRecord[]): (size: number, random: Random) => MemberRecord[] {
  // One object for all memberships of a person: a million memberships are a million pointers.
  const members = people.map(({ id }): MemberRecord => ({ id, type: 'USER', role: 'MEMBER' }));
  const inRole = (person: number, role: MemberRole): MemberRecord => {
    const member = members[person] as MemberRecord;
    return role === 'MEMBER' ? member : { ...member, role };
  };
  return (size, random) => {
    const picked = new Uint32Array(size);
    let step = 1 + random.below(people.length);
    while (divisor(step, people.length) !== 1) step += 1;
    let position = random.below(people.length);
    for (let index = 0; index < size; index += 1) {
      picked[index] = position;
      position = (position + step) % people.length;
    }
    const [owner, manager] = picked;
    picked.sort();
    return Array.from(picked, (person) =>
      inRole(person, person === owner ? 'OWNER' : person === manager ? 'MANAGER' : 'MEMBER'),
    );
  };
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}
