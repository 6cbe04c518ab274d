import { z } from 'zod';
import { RollcallError } from '../../errors/index.js';
import { createMapping } from '../mapping/index.js';

/** How large lists in the settings may be; see config/default.yaml. */
export interface SettingLimits {
  readonly selectionEntries: number;
  readonly mappingEntries: number;
}

const text = (most: number) => z.string().trim().min(1).max(most);

/** The percentage is taken of at least `minimumBase`, so that the smallest Workspaces can change as well. */
const limit = (percent: number, count: number, minimumBase: number) =>
  z
    .strictObject({
      /** 0: no such limit. */
      percent: z.int().min(0).max(100).default(percent),
      /** 0: no such limit. */
      count: z.int().min(0).max(100_000_000).default(count),
      minimumBase: z.int().min(0).max(100_000_000).default(minimumBase),
    })
    .prefault({});

const orgUnit = z.strictObject({
  path: z
    .string()
    .trim()
    .max(1000)
    .regex(/^\/(?:[^/]+(?:\/[^/]+)*)?$/, 'must begin with / and not end with it, such as /corp/eng'),
  /** `subtree`: with all units below it; `exact`: alone. */
  scope: z.enum(['subtree', 'exact']).default('subtree'),
});

const groupRule = z.strictObject({ field: z.enum(['name', 'email']), prefix: text(200) });

function selectionSchema({ selectionEntries }: SettingLimits) {
  const most = `must not have more than ${selectionEntries} entries (GOOGLE_SELECTION_ENTRIES)`;
  return z.discriminatedUnion('mode', [
    /** Every user and every group. */
    z.strictObject({ mode: z.literal('all') }),
    z.strictObject({
      mode: z.literal('selected'),
      /** Users in any of these; empty: wherever they are. */
      orgUnits: z.array(orgUnit).max(selectionEntries, most).default([]),
      /** Groups by Google's id, and those that a rule picks up, later ones too; both empty: all groups. */
      groupIds: z
        .array(z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must be Google's id of a group"))
        .max(selectionEntries, most)
        .default([]),
      groupRules: z.array(groupRule).max(selectionEntries, most).default([]),
      /** Whether groups within selected groups are selected as well, and their members with them. */
      nested: z.boolean().default(true),
      /** Where groups are chosen: whether only their members are read, or everybody in the organizational units. */
      onlyMembers: z.boolean().default(true),
    }),
  ]);
}

/** What an administrator decides about a Google connection, as it is stored and as it is written. */
export function settingsSchema(limits: SettingLimits) {
  const { mappingEntries } = limits;
  return z.strictObject({
    selection: selectionSchema(limits).default({ mode: 'all' }),
    /** Path of an attribute of a user or group → where it comes from; what is not named is mapped as by default. */
    mapping: z
      .record(text(200), z.string().trim().max(1000))
      .refine(
        (mapping) => Object.keys(mapping).length <= mappingEntries,
        `must not have more than ${mappingEntries} entries (GOOGLE_MAPPING_ENTRIES)`,
      )
      .default({}),
    /** Somebody who is there already with an address of the Google user: is linked, or waits for an administrator. */
    link: z.enum(['link', 'manual']).default('link'),
    /** Somebody was deleted in Google and made again with the same address: the same user here, or another. */
    recreated: z.enum(['relink', 'separate']).default('relink'),
    /** Attributes that are taken from Google on users whom somebody else owns. */
    takes: z.array(text(200)).max(mappingEntries).default([]),
    onSuspended: z.enum(['deactivate', 'keep']).default('deactivate'),
    onArchived: z.enum(['deactivate', 'keep']).default('deactivate'),
    /** Google says that the user was deleted. */
    onDeleted: z.enum(['deactivate', 'delete', 'keep']).default('deactivate'),
    /** The user is not found any more: not in Google, or not in the selection. */
    onAbsent: z.enum(['deactivate', 'keep']).default('deactivate'),
    onGroupAbsent: z.enum(['delete', 'keep']).default('delete'),
    /** What is absent counts as gone after this time, and after so many complete runs that did not see it. */
    graceHours: z.int().min(0).max(8760).default(24),
    confirmationRuns: z.int().min(1).max(100).default(2),
    /** Days from the deactivation of an absent user to the deletion; null: never. */
    deleteAfterDays: z.int().min(1).max(3650).nullable().default(null),
    /** How much a run may take away without an approval. */
    limits: z
      .strictObject({
        users: limit(20, 500, 20),
        groups: limit(20, 100, 10),
        memberships: limit(20, 5000, 100),
        seats: limit(20, 500, 20),
      })
      .prefault({}),
    /** How long a plan can be approved. */
    approvalHours: z.int().min(1).max(8760).default(72),
    /** Minutes between two looks at Google's reports of what changed; 0: none. */
    reportsMinutes: z.int().min(0).max(1440).default(5),
    /** Whether Google is asked to tell at once what happens to users, where it can reach this server. */
    notifications: z.boolean().default(true),
    /** Requests in 60 seconds; null: GOOGLE_REQUESTS_PER_MINUTE. */
    requestsPerMinute: z.int().min(1).max(1_000_000).nullable().default(null),
  });
}

export type GoogleSettings = z.output<ReturnType<typeof settingsSchema>>;

/** Settings to be changed; what is left out stays, or has its default in a new connection. */
export type PartialGoogleSettings = Partial<z.input<ReturnType<typeof settingsSchema>>>;

/** What an earlier version stored lacks what came later; the operator's bounds are for what is written. */
const storedSchema = settingsSchema({ selectionEntries: Infinity, mappingEntries: Infinity }).strip();

/** Settings as they are stored, with the defaults of those that are missing. */
export function readSettings(stored: unknown): GoogleSettings {
  return storedSchema.parse(stored);
}

/**
 * @param before of the connection; undefined for a new one
 * @throws RollcallError `google.setting-invalid`, `google.mapping`
 */
export function parseSettings(
  given: PartialGoogleSettings,
  before: GoogleSettings | undefined,
  limits: SettingLimits,
): GoogleSettings {
  const parsed = settingsSchema(limits).safeParse({ ...before, ...given });
  if (parsed.success) {
    createMapping(parsed.data.mapping);
    return parsed.data;
  }
  const issue = parsed.error.issues[0];
  const path = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])].join(
    '.',
  );
  const complaint = issue?.code === 'unrecognized_keys' ? 'is no setting' : (issue?.message ?? 'is wrong');
  const shown = path === '' ? 'The settings' : `The setting ${path}`;
  throw new RollcallError('invalid', 'google.setting-invalid', `${shown}: ${complaint}.`, { setting: path });
}
