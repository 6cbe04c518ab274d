import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { GivenCredential, PartialGoogleSettings } from '../google/index.js';
import { collect } from './collect.js';
import { parseWhole } from './parse-number.js';
import { UsageError } from './usage-error.js';

export interface CredentialOptions {
  readonly key?: string;
  readonly keyless?: string;
}

export interface WorkspaceOptions {
  readonly customer?: string;
  readonly domain?: string;
  /** False: --no-subject. */
  readonly subject?: string | false;
  readonly interval?: number;
}

type Limits = NonNullable<PartialGoogleSettings['limits']>;

/** What settings are given by; what is not there was not given. */
export interface GoogleSettingOptions {
  readonly settings?: string;
  readonly all?: boolean;
  readonly orgUnit?: readonly string[];
  readonly orgUnitExact?: readonly string[];
  readonly group?: readonly string[];
  readonly groupRule?: readonly string[];
  readonly nested?: boolean;
  readonly onlyMembers?: boolean;
  readonly map?: Readonly<Record<string, string>>;
  readonly take?: readonly string[];
  readonly link?: 'link' | 'manual';
  readonly recreated?: 'relink' | 'separate';
  readonly graceHours?: number;
  readonly confirmationRuns?: number;
  readonly approvalHours?: number;
  readonly requestsPerMinute?: number;
  readonly reportsMinutes?: number;
  readonly notifications?: boolean;
  readonly limit?: Limits;
  /** False: --no-check. */
  readonly check?: boolean;
}

export function withCredentialOptions(command: Command): Command {
  return command
    .option('--key <file>', "the JSON file of a service account's key; - reads it from standard input")
    .option('--keyless <name>', 'instead of a key: a name of GOOGLE_KEYLESS');
}

export function withWorkspaceOptions(command: Command): Command {
  return command
    .option('--customer <id>', 'the customer ID, such as C01abc234; by default my_customer, that of the subject')
    .option('--domain <name>', 'instead of a customer: one of its domains alone')
    .option('--subject <address>', 'the administrator for whom the service account acts, by domain-wide delegation')
    .option('--interval <minutes>', 'from the start of one run to the next; by default 60', parseWhole(1, 44_640));
}

export function withGoogleSettingOptions(command: Command): Command {
  return command
    .option('--settings <file>', 'settings as JSON, as `google show --json` prints them; the options below win')
    .option('--all', 'read every user and every group (the default)')
    .option('--org-unit <path>', 'read users of this unit and those below it, again and again', collect)
    .option('--org-unit-exact <path>', 'read users of this unit alone, again and again', collect)
    .option('--group <id>', "read this group, by Google's id, again and again", collect)
    .option('--group-rule <rule>', 'read groups by email:PREFIX or name:PREFIX, later ones too', collect)
    .option('--nested', 'groups within those groups as well (the default)')
    .option('--no-nested', 'and not')
    .option('--only-members', 'of the users only members of those groups (the default)')
    .option('--no-only-members', 'and not')
    .option('--map <attribute=source>', 'where an attribute comes from, again and again', collectMapping)
    .option('--take <attribute>', 'an attribute to be written on users whom others own, again and again', collect)
    .addOption(
      new Option('--link <policy>', 'users who are there already with an address of theirs; by default link').choices([
        'link',
        'manual',
      ]),
    )
    .addOption(
      new Option('--recreated <policy>', 'who was deleted and made again in Google; by default relink').choices([
        'relink',
        'separate',
      ]),
    )
    .option('--grace-hours <number>', 'how long what is absent stays; by default 24', parseWhole(0, 8760))
    .option('--confirmation-runs <number>', 'and how many runs must not see it; by default 2', parseWhole(1, 100))
    .option('--approval-hours <number>', 'how long a plan can be approved; by default 72', parseWhole(1, 8760))
    .option('--requests-per-minute <number>', 'by default GOOGLE_REQUESTS_PER_MINUTE', parseWhole(1, 1_000_000))
    .option(
      '--reports-minutes <number>',
      "between looks at Google's reports; by default 5; 0: none",
      parseWhole(0, 1440),
    )
    .option('--notifications', 'let Google tell at once what happens to users (the default)')
    .option('--no-notifications', 'and not')
    .option(
      '--limit <kind=percent,count,base>',
      'what a run may take away: users, groups, memberships, seats; again and again',
      collectLimit,
    )
    .option('--no-check', 'do not ask Google whether it knows the domain, units and groups that are named');
}

/** @throws UsageError unless exactly one of the two is given */
export async function givenCredential({ key, keyless }: CredentialOptions): Promise<GivenCredential> {
  if ((key === undefined) === (keyless === undefined)) throw new UsageError('give --key <file> or --keyless <name>');
  return keyless === undefined ? { key: await readText(key ?? '') } : { keyless };
}

/** @throws UsageError */
export async function givenGoogleSettings(options: GoogleSettingOptions): Promise<PartialGoogleSettings> {
  const { link, recreated, graceHours, confirmationRuns, approvalHours, requestsPerMinute } = options;
  const { reportsMinutes, notifications } = options;
  const { take: takes, map: mapping, limit: limits } = options;
  const given = {
    link,
    recreated,
    graceHours,
    confirmationRuns,
    approvalHours,
    requestsPerMinute,
    reportsMinutes,
    notifications,
    takes,
    mapping,
    limits,
  };
  const selection = givenSelection(options);
  return {
    ...(options.settings === undefined ? {} : await readSettings(options.settings)),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(selection === undefined ? {} : { selection }),
  };
}

function givenSelection(options: GoogleSettingOptions): PartialGoogleSettings['selection'] {
  const { all, orgUnit = [], orgUnitExact = [], group = [], groupRule = [], nested, onlyMembers } = options;
  const chosen = [...orgUnit, ...orgUnitExact, ...group, ...groupRule];
  if (all === true && chosen.length > 0) throw new UsageError('--all selects everything: leave the others out');
  if (all === true) return { mode: 'all' };
  if (chosen.length === 0) return undefined;
  return {
    mode: 'selected',
    orgUnits: [
      ...orgUnit.map((path) => ({ path, scope: 'subtree' as const })),
      ...orgUnitExact.map((path) => ({ path, scope: 'exact' as const })),
    ],
    groupIds: [...group],
    groupRules: groupRule.map(parseRule),
    ...(nested === undefined ? {} : { nested }),
    ...(onlyMembers === undefined ? {} : { onlyMembers }),
  };
}

function parseRule(text: string): { field: 'name' | 'email'; prefix: string } {
  const match = /^(name|email):(.+)$/.exec(text);
  if (match === null) throw new UsageError(`--group-rule must be email:PREFIX or name:PREFIX, not '${text}'`);
  return { field: match[1] as 'name' | 'email', prefix: match[2] ?? '' };
}

function collectMapping(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const match = /^([^=]+)=(.*)$/.exec(text);
  if (match?.[1] === undefined) throw new InvalidArgumentError('Write an attribute, =, and its source.');
  return { ...before, [match[1]]: match[2] ?? '' };
}

function collectLimit(text: string, before: Limits = {}): Limits {
  const match = /^(users|groups|memberships|seats)=(\d{1,3}),(\d{1,9}),(\d{1,9})$/.exec(text);
  if (match?.[1] === undefined) throw new InvalidArgumentError('Write for example users=20,500,20.');
  const [percent, count, minimumBase] = match.slice(2).map(Number);
  return { ...before, [match[1]]: { percent, count, minimumBase } };
}

async function readSettings(file: string): Promise<PartialGoogleSettings> {
  const text = await readText(file);
  try {
    // What it holds is checked where the connection is made or changed.
    return JSON.parse(text) as PartialGoogleSettings;
  } catch {
    throw new UsageError(`${file} is not JSON`);
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file === '-' ? '/dev/stdin' : file, 'utf8');
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
    throw new UsageError(`${file} cannot be read (${code})`);
  }
}
