/** What was asked, as far as the verdict on its answer depends on it. */
export interface Asked {
  /** `users.list` and such. */
  readonly method: string;
  readonly scopes: readonly string[];
  /** One user or group, of which the answer may be about that one alone; undefined where it is about the Workspace. */
  readonly object?: string | undefined;
  /** A page behind the first. */
  readonly laterPage?: boolean;
}

/** On whose behalf, for the texts. */
export interface AskedFor {
  readonly customer: string | undefined;
  readonly domain: string | undefined;
  readonly subject: string | undefined;
  readonly serviceAccount: string;
}
