/** Roles of the one application, the highest first; `guest` takes no seat. */
export const ROLES = ['lead', 'admin', 'user', 'guest'] as const;

export type Role = (typeof ROLES)[number];

export interface NaivePool {
  /** Undefined: no limit. */
  seats: number | undefined;
  readonly policy: 'wait' | 'refuse' | 'allow';
}

export interface Change {
  readonly kind: 'add' | 'remove' | 'replaceAll' | 'removeAll';
  readonly ids: readonly string[];
}

/** One change of the world; ids are the database's own. */
export type NaiveCommand =
  | { readonly kind: 'createUser'; readonly id: string }
  | { readonly kind: 'setActive'; readonly user: string; readonly active: boolean }
  | { readonly kind: 'suspend' | 'reactivate' | 'deleteUser' | 'restoreUser'; readonly user: string }
  | { readonly kind: 'setType'; readonly user: string; readonly type: UserType }
  | { readonly kind: 'createGroup'; readonly id: string; readonly members: readonly string[] }
  | { readonly kind: 'members'; readonly group: string; readonly changes: readonly Change[] }
  | { readonly kind: 'deleteGroup' | 'restoreGroup'; readonly group: string }
  | { readonly kind: 'grant' | 'ungrant'; readonly role: Role; readonly holder: string }
  | { readonly kind: 'setSeats'; readonly pool: string; readonly seats: number | undefined };

export type UserType = 'standard' | 'customer' | 'service';

interface NaiveUser {
  type: UserType;
  active: boolean;
  suspended: boolean;
  deleted: boolean;
}

interface NaiveGroup {
  deleted: boolean;
  readonly members: Set<string>;
}

/**
 * Design section 4 once more, as plainly as it can be said: everything is worked out from scratch for everybody after
 * every command. Only the order of the queues is kept.
 */
export class NaiveModel {
  readonly users = new Map<string, NaiveUser>();
  readonly groups = new Map<string, NaiveGroup>();
  readonly grants = new Set<string>();
  readonly held = new Map<string, Role>();
  /** All queues in one list, in order of arrival. */
  places: { user: string; role: Role }[] = [];

  constructor(
    readonly pools: Map<string, NaivePool>,
    readonly poolOf: ReadonlyMap<Role, string>,
  ) {}

  /** Does the command, or throws the code of the error and is to be thrown away. */
  apply(command: NaiveCommand): void {
    switch (command.kind) {
      case 'createUser':
        this.users.set(command.id, { type: 'standard', active: true, suspended: false, deleted: false });
        break;
      case 'setActive':
        this.user(command.user).active = command.active;
        break;
      case 'setType':
        this.setType(command.user, command.type);
        break;
      case 'suspend':
        this.user(command.user).suspended = true;
        break;
      case 'reactivate':
        this.reactivate(this.user(command.user));
        break;
      case 'deleteUser':
      case 'restoreUser':
        this.user(command.user).deleted = command.kind === 'deleteUser';
        break;
      case 'createGroup':
        this.groups.set(command.id, { deleted: false, members: new Set(command.members) });
        break;
      case 'members':
        for (const change of command.changes) changeMembers(this.group(command.group).members, change);
        break;
      case 'deleteGroup':
      case 'restoreGroup':
        this.group(command.group).deleted = command.kind === 'deleteGroup';
        break;
      case 'setSeats':
        this.pool(command.pool).seats = command.seats;
        break;
      default:
        this.changeGrant(command.kind, `${command.role} ${command.holder}`);
    }
    this.settle();
  }

  /** Direct grants and the state of one user at once; throws as `apply` does. */
  edit(user: string, active: boolean, add: readonly Role[], remove: readonly Role[]): void {
    this.user(user).active = active;
    for (const role of remove) this.grants.delete(`${role} ${user}`);
    for (const role of add) this.grants.add(`${role} ${user}`);
    this.settle();
  }

  livingUsers(): string[] {
    return [...this.users].filter(([, user]) => !user.deleted).map(([id]) => id);
  }

  deletedUsers(): string[] {
    return [...this.users].filter(([, user]) => user.deleted).map(([id]) => id);
  }

  livingGroups(): string[] {
    return [...this.groups].filter(([, group]) => !group.deleted).map(([id]) => id);
  }

  deletedGroups(): string[] {
    return [...this.groups].filter(([, group]) => group.deleted).map(([id]) => id);
  }

  /** Living groups below a living group, never itself: `ancestor descendant`. */
  closure(): string[] {
    return this.livingGroups().flatMap((id) =>
      [...this.below(id)].filter((other) => other !== id).map((other) => `${id} ${other}`),
    );
  }

  seatsUsed(pool: string): number {
    return [...this.held].filter(([user, role]) => this.poolFor(user, role) === pool).length;
  }

  /** Whoever takes seats from now on gets them like anybody who is new. */
  private setType(id: string, type: UserType): void {
    const user = this.user(id);
    if (user.type === type) return;
    const takesSeat = this.deserved(id).some((role) => role !== 'guest');
    if (type === 'customer' && takesSeat) throw new Error('user.holds-seats');
    if (user.type === 'service') this.held.delete(id);
    user.type = type;
  }

  /** The pool in which a role takes a seat of a user; service users take none. */
  poolFor(user: string, role: Role): string | undefined {
    return this.user(user).type === 'service' ? undefined : this.poolOf.get(role);
  }

  private reactivate(user: NaiveUser): void {
    if (user.active && !user.suspended) throw new Error('user.wrong-state');
    if (user.suspended) user.suspended = false;
    else user.active = true;
  }

  private changeGrant(kind: 'grant' | 'ungrant', grant: string): void {
    const [role, holder = ''] = grant.split(' ');
    const isCustomer = this.users.get(holder)?.type === 'customer';
    if (kind === 'grant' && isCustomer && role !== 'guest') throw new Error('grant.customer-seat');
    if (kind === 'grant' && this.grants.has(grant)) throw new Error('grant.exists');
    if (kind === 'ungrant' && !this.grants.has(grant)) throw new Error('grant.not-found');
    if (kind === 'grant') this.grants.add(grant);
    else this.grants.delete(grant);
  }

  private settle(): void {
    const lost = new Set<string>();
    for (const [user, role] of this.held) {
      if (this.eligible(user) && this.deserved(user).includes(role)) continue;
      this.held.delete(user);
      lost.add(user);
    }
    // Whether a deleted user still deserves a place is looked at when they come back.
    this.places = this.places.filter(
      (place) => this.user(place.user).deleted || this.deserved(place.user).includes(place.role),
    );
    this.serveQueues();
    // Ids are made in order of time: newcomers of one command come in by age.
    for (const user of [...this.users.keys()].sort()) {
      if (this.eligible(user)) this.choose(user, lost.has(user));
      this.serveQueues();
    }
  }

  private choose(user: string, fell: boolean): void {
    for (const role of this.deserved(user)) {
      if (rank(role) >= this.rankHeld(user)) return;
      const held = this.held.get(user);
      const samePool = held !== undefined && this.poolFor(user, role) === this.poolFor(user, held);
      const policy = this.policy(user, role);
      if (samePool || this.hasRoom(user, role) || policy === 'allow') {
        this.take(user, role);
        return;
      }
      const waits = this.places.some((place) => place.user === user && place.role === role);
      // Taking access away never fails for want of another seat.
      if (policy === 'refuse' && !waits && !fell) throw new Error('licence.out-of-seats');
      if (!waits) this.places.push({ user, role });
    }
  }

  private serveQueues(): void {
    for (;;) {
      const next = this.places.find((place) => this.eligible(place.user) && this.hasRoom(place.user, place.role));
      if (next === undefined) return;
      this.take(next.user, next.role);
    }
  }

  private take(user: string, role: Role): void {
    this.held.set(user, role);
    this.places = this.places.filter((place) => place.user !== user || rank(place.role) < rank(role));
  }

  /** Highest first. */
  private deserved(user: string): Role[] {
    const holders = new Set([user]);
    for (const id of this.livingGroups()) {
      const reached = [id, ...this.below(id)];
      if (reached.some((group) => this.group(group).members.has(user))) holders.add(id);
    }
    const given = ROLES.filter((role) => [...holders].some((holder) => this.grants.has(`${role} ${holder}`)));
    return this.user(user).type === 'customer' ? given.filter((role) => role === 'guest') : given;
  }

  private below(id: string, seen = new Set<string>()): Set<string> {
    for (const member of this.group(id).members) {
      if (seen.has(member) || this.groups.get(member)?.deleted !== false) continue;
      seen.add(member);
      this.below(member, seen);
    }
    return seen;
  }

  private eligible(user: string): boolean {
    const { active, suspended, deleted } = this.user(user);
    return active && !suspended && !deleted;
  }

  private hasRoom(user: string, role: Role): boolean {
    const pool = this.poolFor(user, role);
    const seats = pool === undefined ? undefined : this.pool(pool).seats;
    return pool === undefined || seats === undefined || this.seatsUsed(pool) < seats;
  }

  private policy(user: string, role: Role): string | undefined {
    return this.pools.get(this.poolFor(user, role) ?? '')?.policy;
  }

  private rankHeld(user: string): number {
    const role = this.held.get(user);
    return role === undefined ? Number.POSITIVE_INFINITY : rank(role);
  }

  private user(id: string): NaiveUser {
    return found(this.users.get(id));
  }

  private group(id: string): NaiveGroup {
    return found(this.groups.get(id));
  }

  private pool(key: string): NaivePool {
    return found(this.pools.get(key));
  }
}

/** A copy that shares nothing which a command changes. */
export function copyOf(model: NaiveModel): NaiveModel {
  const copy = new NaiveModel(structuredClone(model.pools), model.poolOf);
  for (const [id, user] of model.users) copy.users.set(id, { ...user });
  for (const [id, group] of model.groups) copy.groups.set(id, { ...group, members: new Set(group.members) });
  for (const grant of model.grants) copy.grants.add(grant);
  for (const [user, role] of model.held) copy.held.set(user, role);
  copy.places = [...model.places];
  return copy;
}

function changeMembers(members: Set<string>, change: Change): void {
  if (change.kind === 'replaceAll' || change.kind === 'removeAll') members.clear();
  for (const id of change.ids) {
    if (change.kind === 'remove') members.delete(id);
    else members.add(id);
  }
}

function rank(role: Role): number {
  return ROLES.indexOf(role);
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the model knows no such object');
  return value;
}
