import { createRandom } from '../seed/random.ts';
import { PRIVILEGES, type Privilege, READ_ONLY_SCOPES } from './scopes.ts';
import type { SigningKeys } from './signing-keys.ts';

/** A key file of a service account, as the Google Cloud console hands it out. */
export interface ServiceAccountKey {
  readonly type: 'service_account';
  readonly project_id: string;
  readonly private_key_id: string;
  readonly private_key: string;
  readonly client_email: string;
  readonly client_id: string;
  readonly auth_uri: string;
  readonly token_uri: string;
  readonly auth_provider_x509_cert_url: string;
  readonly client_x509_cert_url: string;
  readonly universe_domain: string;
}

/** What a service account may do; may be changed at any time. */
export interface ServiceAccount {
  readonly email: string;
  readonly clientId: string;
  readonly keyId: string;
  /** Scopes for which the customer lets it act as its users (domain-wide delegation). */
  delegation: ReadonlySet<string>;
  /** Privileges of an administrator's role that the account itself holds; empty for none. */
  adminRole: ReadonlySet<Privilege>;
  /** Workloads that may sign in its name (the role Service Account Token Creator). */
  signers: ReadonlySet<string>;
  /** Deleted, or its key taken back. */
  deleted: boolean;
}

export interface AccountOptions {
  /** Scopes; every read-only one unless said or unless there is an administrator's role. */
  readonly delegation?: readonly string[];
  /** true for a role that may read everything. */
  readonly adminRole?: boolean | readonly Privilege[];
  /** The part of its address before the project; numbered unless said. */
  readonly name?: string;
}

export interface AccountChange extends Pick<AccountOptions, 'delegation' | 'adminRole'> {
  readonly signers?: readonly string[];
  readonly deleted?: boolean;
}

export interface ServiceAccounts {
  /** All accounts sign with the same: making a pair takes a few hundred milliseconds. */
  readonly keys: SigningKeys;
  /** Makes an account and its key. */
  keyFor(options?: AccountOptions): ServiceAccountKey;
  /** Takes back or gives what an account may do. @throws Error where there is no such account */
  change(email: string, change: AccountChange): void;
  find(email: string): ServiceAccount | undefined;
}

export const PROJECT = 'emulated-project';
/** @param keys with which all of them sign */
export function createServiceAccounts(origin: () => string, seed: number, keys: SigningKeys): ServiceAccounts {
  const accounts = new Map<string, ServiceAccount>();
  const random = createRandom(seed);
  return {
    keys,
    keyFor(options = {}) {
      const email = `${options.name ?? `sync-${accounts.size + 1}`}@${PROJECT}.iam.gserviceaccount.com`;
      const role = options.adminRole !== undefined && options.adminRole !== false;
      const account: ServiceAccount = {
        email,
        clientId: `1${random.digits(20)}`,
        keyId: random.letters(40),
        delegation: new Set(options.delegation ?? (role ? [] : READ_ONLY_SCOPES)),
        adminRole: privileges(options.adminRole),
        signers: new Set(),
        deleted: false,
      };
      accounts.set(email, account);
      return {
        type: 'service_account',
        project_id: PROJECT,
        private_key_id: account.keyId,
        private_key: keys.privateKey,
        client_email: email,
        client_id: account.clientId,
        auth_uri: `${origin()}/o/oauth2/auth`,
        token_uri: `${origin()}/token`,
        auth_provider_x509_cert_url: `${origin()}/oauth2/v1/certs`,
        client_x509_cert_url: `${origin()}/robot/v1/metadata/x509/${encodeURIComponent(email)}`,
        universe_domain: 'googleapis.com',
      };
    },
    change(email, { delegation, adminRole, signers, deleted }) {
      const account = accounts.get(email);
      if (account === undefined) throw new Error(`no service account ${email}`);
      if (delegation !== undefined) account.delegation = new Set(delegation);
      if (adminRole !== undefined) account.adminRole = privileges(adminRole);
      if (signers !== undefined) account.signers = new Set(signers);
      if (deleted !== undefined) account.deleted = deleted;
    },
    find: (email) => accounts.get(email),
  };
}

function privileges(role: AccountOptions['adminRole'] = false): ReadonlySet<Privilege> {
  return new Set(role === true ? PRIVILEGES : role || []);
}
