/** How Google is spoken to; config/default.yaml says what each setting means. */
export interface GoogleClientSettings {
  readonly apiRootUrl: string;
  readonly allowedHosts: readonly string[];
  readonly tokenUrl: string;
  readonly stsUrl?: string | undefined;
  readonly iamUrl: string;
  /** Files of the operator by the names that connections refer to. */
  readonly keyless: Readonly<Record<string, string>>;
  readonly requestsPerMinute: number;
  readonly concurrency: number;
  readonly timeoutMilliseconds: number;
  readonly retries: number;
  readonly retryFirstMilliseconds: number;
  readonly retryLongestSeconds: number;
  readonly answerBytes: number;
  readonly credentialBytes: number;
}
