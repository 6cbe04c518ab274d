import type { Clock } from '../clock.ts';
import { createRandom, type Random } from '../seed/random.ts';
import type { JsonObject } from './json.ts';
import type { DomainRecord, GroupRecord, OrgUnitRecord, UserRecord } from './records.ts';
import { SortedIndex } from './sorted-index.ts';

/** How long a deleted user can be listed and restored. */
const KEPT_DELETED = 20 * 86_400_000;
/** Every user has an address below this, which nobody can take away. */
export const TEST_ADDRESS = '.test-google-a.com';

/** What a change tells: the Reports API, if an administrator made it, and those who watch, if it is one of a user. */
export interface DirectoryEvent {
  readonly report?: Report;
  readonly push?: { readonly event: PushEvent; readonly user: UserRecord };
}

export interface Report {
  readonly type: 'USER_SETTINGS' | 'GROUP_SETTINGS' | 'ORG_SETTINGS';
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** A group's owner changes its members in another application than an administrator. */
  readonly application?: 'admin' | 'groups_enterprise';
}

export type PushEvent = 'add' | 'delete' | 'makeAdmin' | 'undelete' | 'update';

/** The state of one customer, and the ways to find things in it. Who changes it keeps the indexes in step. */
export class Directory {
  readonly clock: Clock;
  readonly random: Random;
  readonly customerId: string;
  readonly customerCreated: number;
  domains: DomainRecord[] = [];
  orgUnits = new Map<string, OrgUnitRecord>();
  schemas: JsonObject[] = [];
  readonly users = new SortedIndex<UserRecord>((user) => user.primaryEmail);
  readonly groups = new SortedIndex<GroupRecord>((group) => group.email);
  readonly deletedUsers = new SortedIndex<UserRecord>(deletedKey);
  readonly usersById = new Map<string, UserRecord>();
  readonly groupsById = new Map<string, GroupRecord>();
  /** Primary addresses and aliases, in lower case. */
  readonly addresses = new Map<string, UserRecord | GroupRecord>();
  /** Ids and addresses of objects of other customers. */
  readonly foreign = new Set<string>();
  readonly #observers: ((event: DirectoryEvent) => void)[] = [];

  constructor(clock: Clock, seed: number) {
    this.clock = clock;
    // Not the numbers that a seeded directory is made of: an id given later would be one of those again.
    this.random = createRandom(~seed);
    this.customerId = `C0${this.random.letters(7)}`;
    this.customerCreated = Date.UTC(2019, 3, 1);
  }

  clear(): void {
    this.domains = [];
    this.schemas = [];
    for (const map of [this.orgUnits, this.usersById, this.groupsById, this.addresses, this.foreign]) map.clear();
    for (const index of [this.users, this.groups, this.deletedUsers]) index.load([]);
  }

  get primaryDomain(): string {
    return this.domains.find(({ primary }) => primary)?.name ?? 'example.com';
  }

  /** By id, primary address or alias. */
  user(key: string): UserRecord | undefined {
    const found = this.usersById.get(key) ?? this.addresses.get(withoutTestDomain(key));
    return isUser(found) ? found : undefined;
  }

  group(key: string): GroupRecord | undefined {
    const found = this.groupsById.get(key) ?? this.addresses.get(withoutTestDomain(key));
    return isUser(found) ? undefined : found;
  }

  /** @throws Error where there is none, for the one who controls the emulator */
  requireUser(key: string): UserRecord {
    const user = this.user(key);
    if (user === undefined) throw new Error(`no user ${key}`);
    return user;
  }

  /** @throws Error where there is none, for the one who controls the emulator */
  requireGroup(key: string): GroupRecord {
    const group = this.group(key);
    if (group === undefined) throw new Error(`no group ${key}`);
    return group;
  }

  /** Deleted users that can still be listed, in the order of their addresses. */
  restorable(): UserRecord[] {
    const oldest = this.clock.now() - KEPT_DELETED;
    return this.deletedUsers.items.filter(({ deletionTime = 0 }) => deletionTime > oldest);
  }

  /** Whether an address lies in a domain of the customer. */
  owns(address: string): boolean {
    const domain = domainOf(withoutTestDomain(address));
    return this.domains.some(({ name, aliases }) => name === domain || aliases.includes(domain));
  }

  observe(observer: (event: DirectoryEvent) => void): void {
    this.#observers.push(observer);
  }

  emit(event: DirectoryEvent): void {
    for (const observer of this.#observers) observer(event);
  }
}

export function isUser(record: UserRecord | GroupRecord | undefined): record is UserRecord {
  return record !== undefined && 'primaryEmail' in record;
}

export function deletedKey(user: UserRecord): string {
  return `${user.primaryEmail} ${user.id}`;
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

function withoutTestDomain(key: string): string {
  const address = key.toLowerCase();
  return address.endsWith(TEST_ADDRESS) ? address.slice(0, -TEST_ADDRESS.length) : address;
}
