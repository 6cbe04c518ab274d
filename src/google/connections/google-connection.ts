import type { GoogleSettings } from './settings.js';

/** Which part of Google a connection reads: a customer, or one of its domains. */
export interface Workspace {
  /** `C…`, or `my_customer`: the one that the subject belongs to. Null where a domain is read. */
  readonly customer: string | null;
  readonly domain: string | null;
  /** The administrator for whom the service account acts; null: it acts for itself, by an admin role of its own. */
  readonly subject: string | null;
}

/**
 * `active`: it is read as scheduled. `paused`: an administrator stopped that. `needs-attention`: nothing is read until
 * somebody mends what the reason says and resumes it.
 */
export type GoogleState = 'active' | 'paused' | 'needs-attention';

/** A Google Workspace that is read. What it proves itself with is never part of this. */
export interface GoogleConnection extends Workspace {
  readonly siteId: number;
  readonly id: string;
  readonly name: string;
  /** The name of the operator's keyless credential; null where a key was uploaded. */
  readonly keyless: string | null;
  /** The address of the service account. */
  readonly serviceAccount: string;
  /** Which of its keys was uploaded. */
  readonly keyId: string | null;
  readonly settings: GoogleSettings;
  /** Minutes from the start of one run to that of the next. */
  readonly intervalMinutes: number;
  readonly state: GoogleState;
  /** Why it needs attention: a code such as `google.api-disabled`, and what to do. */
  readonly reason: { readonly code: string; readonly text: string } | null;
  readonly stateSince: Date;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}
