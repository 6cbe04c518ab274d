import { expectAnswer, type IdpLife, type IdpManner, useLife } from './idp-life.ts';
import { GROUP, patchOp, type SentOperation, USER } from './idp-messages.ts';
import type { WireAnswer } from './idp-wire.ts';

/** Short ways to ask, for tests that are about one request each. */
export interface IdpRequests {
  /** The server and its checks, once the tests run. */
  readonly life: () => IdpLife;
  send(...parameters: Parameters<IdpLife['send']>): Promise<WireAnswer>;
  /** Creates a user; `schemas` is the core one unless given. */
  create(body: object): Promise<WireAnswer['body']>;
  /** Creates a user of this name before `@east.example`. @returns its id */
  person(name: string): Promise<string>;
  /** @returns the id */
  createGroup(displayName: string, memberIds?: readonly string[]): Promise<string>;
  patch(path: string, ...operations: readonly SentOperation[]): Promise<WireAnswer>;
  /** Changes a user, which has to succeed. @returns the user after it */
  patched(id: string, ...operations: readonly SentOperation[]): Promise<WireAnswer['body']>;
  /** In the order of ids. */
  memberIds(groupId: string): Promise<string[]>;
}

/** One server for the tests of a `describe`. */
export function useRequests(manner: IdpManner = {}): IdpRequests {
  const life = useLife(manner);
  const send: IdpRequests['send'] = (...parameters) => life().send(...parameters);
  const create: IdpRequests['create'] = async (body) =>
    expectAnswer(await send('POST', '/Users', { schemas: [USER], ...body }), 201);
  const patch: IdpRequests['patch'] = (path, ...operations) => send('PATCH', path, patchOp(...operations));
  return {
    life,
    send,
    create,
    async person(name) {
      return (await create({ userName: `${name}@east.example` })).id;
    },
    async createGroup(displayName, memberIds = []) {
      const body = { schemas: [GROUP], displayName, members: memberIds.map((value) => ({ value })) };
      return expectAnswer(await send('POST', '/Groups', body), 201).id;
    },
    patch,
    async patched(id, ...operations) {
      return expectAnswer(await patch(`/Users/${id}`, ...operations), 200);
    },
    async memberIds(groupId) {
      const { body } = await send('GET', `/Groups/${groupId}`);
      return (body.members ?? []).map((member: { value: string }) => member.value).sort();
    },
  };
}
