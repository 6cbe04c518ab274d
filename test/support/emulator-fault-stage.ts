import { type Emulator, startGoogleEmulator } from './google-emulator/index.ts';
import { type GoogleRequests, googleRequests } from './google-requests.ts';

export const CUSTOMER = { customer: 'my_customer' };

/** A small emulated Workspace, the same before every test, and requests to it. */
export interface FaultStage {
  readonly emulator: Emulator;
  readonly requests: GoogleRequests;
  /** The same directory again, without faults; pages of five. */
  renew(): void;
  /** Ids on each page of a list. */
  walk(path?: '/users' | '/groups'): Promise<string[][]>;
}

export async function startFaultStage(): Promise<FaultStage> {
  const emulator = await startGoogleEmulator({ settings: { quotaPerMinute: undefined } });
  let requests = googleRequests(emulator);
  return {
    emulator,
    get requests() {
      return requests;
    },
    renew() {
      emulator.seed({ users: 19, groups: 10, memberships: 60, domains: 1 });
      emulator.clearFaults();
      emulator.settings.pageLimit = 5;
      requests = googleRequests(emulator);
    },
    async walk(path = '/users') {
      const pages = await requests.walk(path, CUSTOMER);
      const name = path === '/users' ? 'users' : 'groups';
      return pages.map(({ body }) => (body[name] ?? []).map(({ id }: { id: string }) => id) as string[]);
    },
  };
}
