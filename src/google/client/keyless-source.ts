import { readFile } from 'node:fs/promises';
import { types } from 'node:util';
import { z } from 'zod';
import { googleError } from './errors.js';
import type { GoogleClientSettings } from './settings.js';

/** An `external_account` file of the operator, and the service account that it leads to. */
export interface KeylessSource {
  readonly name: string;
  readonly clientEmail: string;
  readonly credential: {
    readonly audience: string;
    readonly subject_token_type: string;
    /** With `file`, `url`, `certificate` or, for AWS, `environment_id`. */
    readonly credential_source: Readonly<Record<string, unknown>>;
  };
}

const schema = z.looseObject({
  type: z.literal('external_account'),
  audience: z.string().min(1),
  subject_token_type: z.string().min(1),
  // A credential that runs a program is the operator's to refuse in no other way.
  credential_source: z.looseObject({ executable: z.undefined().optional() }),
  service_account_impersonation_url: z.string(),
});

const SERVICE_ACCOUNT = /\/serviceAccounts\/([^/:]+@[^/:]+):generateAccessToken$/;

/**
 * Reads the file that the operator's config has under a name; connections know the name alone, since such a file can
 * name any file and address of the server.
 * @throws RollcallError `google.keyless-unknown`, `google.keyless-unreadable`
 */
export async function readKeylessSource(
  settings: Pick<GoogleClientSettings, 'keyless'>,
  name: string,
): Promise<KeylessSource> {
  const path = Object.hasOwn(settings.keyless, name) ? settings.keyless[name] : undefined;
  if (path === undefined) {
    const known = Object.keys(settings.keyless).join(', ');
    const message = `GOOGLE_KEYLESS names no credential "${name}"; it names: ${known === '' ? 'none' : known}.`;
    throw googleError('configuration', 'keyless-unknown', message);
  }
  const parsed = schema.safeParse(parse(await read(path, name)));
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join('.') ?? '';
    throw unreadable(name, field === '' ? 'it is no JSON object' : `its ${field} is missing or not what it must be`);
  }
  const { service_account_impersonation_url: url, ...credential } = parsed.data;
  const clientEmail = SERVICE_ACCOUNT.exec(url)?.[1];
  if (clientEmail === undefined) {
    throw unreadable(name, 'its service_account_impersonation_url names no service account');
  }
  return { name, clientEmail, credential };
}

async function read(path: string, name: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const reason = types.isNativeError(error) && 'code' in error ? String(error.code) : 'unknown reason';
    throw unreadable(name, `the file cannot be read (${reason})`);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unreadable(name: string, complaint: string) {
  const advice = 'GOOGLE_KEYLESS must lead to a file that gcloud iam workload-identity-pools create-cred-config made';
  const message = `The keyless credential "${name}" cannot be used: ${complaint}. ${advice} with --service-account.`;
  return googleError('configuration', 'keyless-unreadable', message);
}
