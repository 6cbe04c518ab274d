import { copyOf, type NaiveModel, ROLES, type Role } from './naive-model.js';

/** How a connection deals with access. */
export interface ModelClient {
  readonly id: string;
  readonly shows: boolean;
  readonly assigns: boolean;
}

/** What a client wants `roles` of a user to be. */
export interface Asked {
  readonly user: string;
  readonly values: readonly string[];
  readonly active: boolean;
  /** Whether it has seen what is shown now. */
  readonly knowsCurrent: boolean;
}

const ADMINISTRATOR = 'administrator';

export const roleValue = (role: Role): string => `wiki:${role}`;

const isPublished = (value: string): boolean => ROLES.some((role) => roleValue(role) === value);

/** What clients see and change of people's access, said plainly on top of NaiveModel, which knows what people have. */
export class AccessModel {
  /** Who gave a user a role directly, by `role user`. */
  readonly givers = new Map<string, Set<string>>();
  readonly written = new Map<string, readonly string[]>();
  readonly owners = new Map<string, string>();

  constructor(readonly naive: NaiveModel) {}

  copy(): AccessModel {
    const copy = new AccessModel(copyOf(this.naive));
    for (const [grant, givers] of this.givers) copy.givers.set(grant, new Set(givers));
    for (const [user, values] of this.written) copy.written.set(user, values);
    for (const [user, owner] of this.owners) copy.owners.set(user, owner);
    return copy;
  }

  /** Published values that the client is shown of a user. */
  shown(client: ModelClient, user: string): string[] {
    const held = client.shows ? this.naive.held.get(user) : undefined;
    const own = client.shows || client.assigns ? this.granted(client, user) : [];
    return [...new Set([...(held === undefined ? [] : [held]), ...own].map(roleValue))].sort();
  }

  /** The pool whose seat the client is shown. */
  shownSeat(client: ModelClient, user: string): string | undefined {
    const held = client.shows ? this.naive.held.get(user) : undefined;
    return held === undefined ? undefined : this.naive.poolOf.get(held);
  }

  /** All values that the client reads. */
  read(client: ModelClient, user: string): string[] {
    return [...new Set([...(this.written.get(user) ?? []), ...this.shown(client, user)])].sort();
  }

  granted({ id }: ModelClient, user: string): Role[] {
    return ROLES.filter((role) => this.givers.get(`${role} ${user}`)?.has(id) === true);
  }

  create(client: ModelClient, user: string, values: readonly string[]): void {
    this.naive.apply({ kind: 'createUser', id: user });
    this.owners.set(user, client.id);
    this.write(client, { user, values, active: true, knowsCurrent: true });
  }

  /** @throws with the code of the error; the model is to be thrown away then */
  write(client: ModelClient, { user, values, active, knowsCurrent }: Asked): void {
    this.requireOwner(client, user);
    const unique = [...new Set(values)];
    const sees = client.shows || client.assigns;
    this.written.set(user, sees ? unique.filter((value) => !isPublished(value)) : unique);
    const shown = this.shown(client, user);
    const own = this.granted(client, user);
    const before = this.directly(user);
    if (client.assigns) {
      for (const role of own.filter((one) => !unique.includes(roleValue(one)))) this.take(client.id, role, user);
      for (const role of ROLES.filter((one) => unique.includes(roleValue(one)) && !shown.includes(roleValue(one)))) {
        if (knowsCurrent || !client.shows) this.give(client.id, role, user);
      }
    }
    this.settle(user, before, active);
  }

  setActive(client: ModelClient, user: string, active: boolean): void {
    this.requireOwner(client, user);
    this.settle(user, this.directly(user), active);
  }

  administratorGrants(role: Role, user: string): void {
    if (this.givers.get(`${role} ${user}`)?.has(ADMINISTRATOR) === true) throw new Error('grant.exists');
    const before = this.directly(user);
    this.give(ADMINISTRATOR, role, user);
    this.settle(user, before, this.isActive(user));
  }

  /** Whoever gave it. */
  administratorTakes(role: Role, user: string): void {
    const before = this.directly(user);
    if (!before.includes(role)) throw new Error('grant.not-found');
    this.givers.delete(`${role} ${user}`);
    this.settle(user, before, this.isActive(user));
  }

  isActive(user: string): boolean {
    return this.naive.users.get(user)?.active === true;
  }

  private settle(user: string, before: readonly Role[], active: boolean): void {
    const after = this.directly(user);
    const add = after.filter((role) => !before.includes(role));
    const remove = before.filter((role) => !after.includes(role));
    this.naive.edit(user, active, add, remove);
  }

  private directly(user: string): Role[] {
    return ROLES.filter((role) => (this.givers.get(`${role} ${user}`)?.size ?? 0) > 0);
  }

  private give(giver: string, role: Role, user: string): void {
    const grant = `${role} ${user}`;
    this.givers.set(grant, new Set([...(this.givers.get(grant) ?? []), giver]));
  }

  private take(giver: string, role: Role, user: string): void {
    this.givers.get(`${role} ${user}`)?.delete(giver);
  }

  private requireOwner(client: ModelClient, user: string): void {
    if (this.owners.get(user) !== client.id) throw new Error('ownership.other-owner');
  }
}
