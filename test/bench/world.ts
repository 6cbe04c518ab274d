/** A user of the directory as the load generator asks for it. */
export interface SampleUser {
  readonly id: string;
  readonly userName: string;
  readonly externalId: string;
  readonly email: string;
}

export interface SampleGroup {
  readonly id: string;
  /** Some of its members, by id. */
  readonly members: readonly string[];
}

/** What the load generator knows of the directory; plain data, so that it can be sent to another process. */
export interface World {
  readonly size: number;
  /** Base URL of the connection on the server under test. */
  readonly serverUrl: string;
  /** URL of the capped application in the API of the server under test. */
  readonly apiUrl: string;
  readonly ceilingUrl: string;
  readonly token: string;
  /** Of the capped application. */
  readonly applicationToken: string;
  /** Spread over the whole directory, the managed ones left out. */
  readonly users: readonly SampleUser[];
  /** Users that have a manager. */
  readonly managedUsers: readonly SampleUser[];
  readonly smallGroup: SampleGroup;
  readonly largeGroup: SampleGroup;
  /** Empty, for one large PATCH; nothing is granted to it. */
  readonly emptyGroupId: string;
  /** Groups that give the capped application. */
  readonly cappedGroupIds: readonly string[];
}
