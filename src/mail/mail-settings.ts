/** How mail is sent; config/default.yaml says what each setting means. */
export interface MailSettings {
  /** Undefined: there is no mail, and whoever asks for one gets what would stand in it. */
  readonly smtpUrl?: string | undefined;
  readonly from?: string | undefined;
  readonly allowPlainSmtp: boolean;
  readonly timeoutMilliseconds: number;
  readonly concurrency: number;
  readonly retryFirstMilliseconds: number;
  readonly retryLongestSeconds: number;
  readonly retryHours: number;
  readonly retentionDays: number;
}
