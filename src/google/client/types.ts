/** An object of an answer, as Google sent it. */
export type JsonObject = { readonly [name: string]: unknown };

export interface Page<Item> {
  readonly items: readonly Item[];
  /** False: the collection's key was missing in the answer, as it is when there is nothing on the page. */
  readonly present: boolean;
  readonly nextPageToken: string | undefined;
}

export interface GoogleUser {
  /** Immutable; 21 digits, more than a number holds. */
  readonly id: string;
  readonly primaryEmail: string;
  readonly suspended: boolean;
  readonly archived: boolean;
  readonly aliases: readonly string[];
  readonly nonEditableAliases: readonly string[];
  readonly orgUnitPath: string;
  readonly customerId: string | undefined;
  readonly creationTime: string | undefined;
  /** Only of users who are deleted. */
  readonly deletionTime: string | undefined;
  /** As Google sent it, for the mapping. */
  readonly resource: JsonObject;
}

export interface GoogleGroup {
  readonly id: string;
  readonly email: string;
  /** Not unique, and empty at times. */
  readonly name: string;
  readonly description: string;
  readonly aliases: readonly string[];
  /** Without those of nested groups. */
  readonly directMembersCount: number | undefined;
  readonly resource: JsonObject;
}

export interface GoogleMember {
  /** The key of a member; for the type CUSTOMER the customer's id. */
  readonly id: string;
  /** May be an alias of the user; absent for a whole customer. */
  readonly email: string | undefined;
  /** OWNER, MANAGER or MEMBER. All three are members. */
  readonly role: string;
  /** USER, GROUP, CUSTOMER or EXTERNAL. */
  readonly type: string;
  /** Absent for members outside the customer. */
  readonly status: string | undefined;
}

export interface GoogleOrgUnit {
  readonly id: string;
  readonly name: string;
  /** `/` for the root, `/corp/eng` below. */
  readonly path: string;
}

export interface GoogleCustomer {
  readonly id: string;
  readonly domain: string;
}

export interface GoogleDomain {
  readonly name: string;
  readonly isPrimary: boolean;
  readonly verified: boolean;
}

/** A custom schema of the customer with the names of its fields. */
export interface GoogleSchema {
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly type: string; readonly multiValued: boolean }[];
}

/** Something that was done, of the Reports API. The events name people and groups by the address of that time. */
export interface GoogleActivity {
  readonly at: string;
  /** With `at` it tells one activity from every other. */
  readonly uniqueQualifier: string;
  readonly events: readonly {
    readonly type: string;
    readonly name: string;
    readonly parameters: Readonly<Record<string, string>>;
  }[];
}

/** A channel on which Google says what changed. */
export interface GoogleChannel {
  readonly id: string;
  readonly resourceId: string;
  /** What Google granted, which may be less than what was asked for. */
  readonly expiresAt: Date;
}

export interface ActivityRequest {
  readonly application: string;
  readonly startTime: Date;
  readonly endTime?: Date;
  readonly eventName?: string;
  readonly pageToken: string | undefined;
  readonly signal: AbortSignal;
}

export interface WatchRequest {
  /** A UUID that the messages will carry. */
  readonly id: string;
  /** The https URL that Google posts to. */
  readonly address: string;
  /** Comes back with every message. */
  readonly token: string;
  readonly ttlSeconds: number;
  readonly event: 'add' | 'delete' | 'makeAdmin' | 'undelete' | 'update';
  readonly signal: AbortSignal;
}

/** Counted since the client was made. */
export interface Usage {
  /** Requests that were sent, each attempt of a call by itself, those for tokens included. */
  readonly requests: number;
  readonly retries: number;
  /** Of bodies, unpacked. */
  readonly bytes: number;
  /** For the turn of a request and between attempts. */
  readonly waitedMilliseconds: number;
  /** By HTTP status; `none` where there was no answer. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** The same for each of Google's methods, such as `users.list`; `token` for those by which access is asked for. */
  readonly byMethod: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/**
 * What a sync reads of one Google Workspace, by read-only scopes. Every call waits for its turn, is repeated where that
 * can help, and ends at once when its signal is aborted.
 *
 * Calls throw RollcallError `google.*`; `details.class` says whom it concerns: see errors.ts.
 */
export interface GoogleClient {
  /** 500 a page. `deleted`: only those who were deleted in the last days. */
  listUsers(request: {
    readonly pageToken: string | undefined;
    readonly deleted?: boolean;
    readonly signal: AbortSignal;
  }): Promise<Page<GoogleUser>>;
  /** @param key id, address or alias @returns undefined: there is none (404, and only that) */
  getUser(key: string, signal: AbortSignal): Promise<GoogleUser | undefined>;
  /** 200 a page. */
  listGroups(request: {
    readonly pageToken: string | undefined;
    readonly signal: AbortSignal;
  }): Promise<Page<GoogleGroup>>;
  getGroup(key: string, signal: AbortSignal): Promise<GoogleGroup | undefined>;
  /** Direct members, 200 a page. @throws RollcallError `google.object-gone` where the group is not there any more */
  listMembers(
    groupId: string,
    request: { readonly pageToken: string | undefined; readonly signal: AbortSignal },
  ): Promise<Page<GoogleMember>>;
  /** All of them, the root included. */
  listOrgUnits(signal: AbortSignal): Promise<readonly GoogleOrgUnit[]>;
  readCustomer(signal: AbortSignal): Promise<GoogleCustomer>;
  listDomains(signal: AbortSignal): Promise<readonly GoogleDomain[]>;
  listSchemas(signal: AbortSignal): Promise<readonly GoogleSchema[]>;
  /** 1,000 a page. Late ones appear in windows that were read already. */
  listActivities(request: ActivityRequest): Promise<Page<GoogleActivity>>;
  watchUsers(request: WatchRequest): Promise<GoogleChannel>;
  stopChannel(channel: { readonly id: string; readonly resourceId: string }, signal: AbortSignal): Promise<void>;
  usage(): Usage;
}
