import type { Keyless } from './auth/keyless.ts';
import type { ServiceAccounts } from './auth/service-accounts.ts';
import type { Clock } from './clock.ts';
import type { FaultName, SetFault } from './faults/create-faults.ts';
import type { FaultOptions } from './faults/fault.ts';
import type { LoggedRequest } from './http/request-log.ts';
import type { Channel, Push } from './push/channel.ts';
import type { SeedOptions } from './seed/seed-options.ts';
import type { Settings } from './settings.ts';
import type { Activity } from './state/activities.ts';
import type { Directory } from './state/directory.ts';
import type { GroupControl } from './state/groups.ts';
import type { MemberControl } from './state/members.ts';
import type { OrgUnitControl } from './state/org-units.ts';
import type { UserControl } from './state/users.ts';

export interface EmulatorOptions {
  /** A free one unless said. */
  readonly port?: number;
  readonly settings?: Partial<Settings>;
  /** With which service accounts sign (PEM), to go on with keys from earlier; a new one unless said. */
  readonly privateKey?: string;
  /** What the directory holds at first; an administrator in one domain unless said. */
  readonly seed?: SeedOptions;
}

export interface Emulator {
  /** `http://127.0.0.1:PORT`, what GOOGLE_API_ROOT_URL is set to. */
  readonly origin: string;
  /** Environment settings that point a server at it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly customerId: string;
  /** The super administrator of the seeded directory. */
  readonly adminEmail: string;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly directory: Directory;
  readonly users: UserControl;
  readonly groups: GroupControl;
  readonly members: MemberControl;
  readonly orgUnits: OrgUnitControl;
  readonly accounts: ServiceAccounts;
  readonly keyFor: ServiceAccounts['keyFor'];
  /** A service account for whom a workload signs without holding its key. */
  readonly keylessFor: Keyless['keylessFor'];
  /** Puts another directory in place of this one; its Reports start anew. @throws Error naming the option that is out of bounds */
  seed(options: SeedOptions): void;
  /** An access token without the exchange, for a super administrator with every read-only scope unless said. */
  accessToken(options?: { readonly subject?: string; readonly scopes?: readonly string[] }): string;
  /** Takes back every access token. */
  revokeTokens(): void;
  /** Lets something go wrong. @throws Error for a name or an option that does not exist */
  fault(name: FaultName, options?: FaultOptions): SetFault;
  clearFaults(): void;
  readonly activeFaults: readonly FaultName[];
  /** What was asked, the newest 100,000. */
  readonly requests: readonly LoggedRequest[];
  clearRequests(): void;
  /** The most API requests that came in any span of that many milliseconds of real time; 60,000 unless said. */
  peakRate(milliseconds?: number): number;
  /** Ids of the users that a group holds in truth; `active` leaves out those suspended or archived. */
  effectiveMembers(groupKey: string, options?: { readonly active?: boolean }): Set<string>;
  /** Changes as the Reports API shows them, in the order in which they happened; the newest 100,000. */
  readonly activities: readonly Activity[];
  /** Channels of watchers that have not ended. */
  readonly channels: readonly Channel[];
  /** Messages to watchers, the newest 10,000. */
  readonly pushes: readonly Push[];
  /** When every message to a watcher that was due so far has been taken or given up. */
  pushesSettled(): Promise<void>;
  close(): Promise<void>;
}
