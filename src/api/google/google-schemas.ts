import { z } from 'zod';
import type { Run, RunOutlook, Standing } from '../../google/index.js';
import { moment } from '../shared/schemas.js';

const complaint = z.strictObject({ code: z.string(), text: z.string() });

export const runState = z.enum([
  'queued',
  'walking',
  'planning',
  'applying',
  'awaiting-approval',
  'completed',
  'failed',
  'cancelled',
  'rejected',
  'expired',
  'superseded',
]);

const count = z.int().optional();

export const run = z
  .strictObject({
    id: z.uuid(),
    kind: z.enum(['sync', 'plan', 'refresh']).describe('`plan`: a dry run; `refresh`: single objects.'),
    startedBy: z.enum(['schedule', 'operator', 'hint']),
    state: runState,
    requestedAt: moment,
    startedAt: moment.nullable(),
    walkStartedAt: moment.nullable(),
    walkFinishedAt: moment.nullable(),
    finishedAt: moment.nullable(),
    done: z.number().nullable().describe('Of the phase that it is in, from 0 to 1; null: nobody can say.'),
    secondsLeft: z.int().nullable().describe('Of that phase.'),
    progress: z.strictObject({
      users: count,
      deletedUsers: count,
      groups: count,
      selectedGroups: count,
      groupsRead: count,
      members: count,
      hints: count,
      requests: count,
      retries: count,
      bytes: count,
      waitedMilliseconds: count,
      applied: count,
      planned: count,
      expected: z
        .strictObject({ users: z.int(), groups: z.int(), members: z.int(), requests: z.int() })
        .optional()
        .describe('What the last complete run has read.'),
    }),
    summary: z.strictObject({
      counts: z
        .array(
          z.strictObject({
            kind: z.enum(['user', 'group', 'members']),
            action: z.string(),
            count: z.int(),
            members: z.int().describe('Who come or go.'),
          }),
        )
        .optional(),
      licences: z
        .array(
          z.strictObject({
            licenceId: z.uuid(),
            licence: z.string(),
            application: z.string(),
            seats: z.int().nullable(),
            used: z.int(),
            asked: z.int(),
            freed: z.int(),
            short: z.int().describe('Seats that are missing then.'),
          }),
        )
        .optional(),
      removals: z
        .array(
          z.strictObject({
            kind: z.enum(['users', 'groups', 'memberships', 'seats']),
            removed: z.int(),
            base: z.int(),
            exceeds: z.boolean().describe('More than the limit of the connection.'),
          }),
        )
        .optional(),
      conflicts: count,
      outcome: z.record(z.string(), z.int()).optional().describe('Changes by what became of them.'),
      waitsIn: z.uuid().optional().describe('The run whose approval decides about the same removals.'),
    }),
    warnings: z.int(),
    planHash: z.string().nullable().describe('What an approval is about.'),
    approvalExpiresAt: moment.nullable(),
    decidedAt: moment.nullable(),
    decidedBy: z.string().nullable(),
    error: complaint.nullable(),
  })
  .meta({ title: 'GoogleRun' });

/** A run as it is shown, with what is left of it. */
export function runView({ siteId: _, connectionId: __, ...shown }: Run, { done, secondsLeft }: RunOutlook) {
  return { ...shown, done: done ?? null, secondsLeft: secondsLeft ?? null };
}

export const itemState = z.enum([
  'planned',
  'held',
  'applied',
  'outdated',
  'failed',
  'no-licence',
  'skipped',
  'dropped',
]);

export const itemKind = z.enum(['user', 'group', 'members']);

export const item = z
  .strictObject({
    sequence: z.int().describe('Names it within its run.'),
    kind: itemKind,
    action: z.string(),
    googleId: z.string().nullable(),
    objectId: z.uuid().nullable(),
    objectName: z.string().nullable(),
    reason: z.string(),
    removal: z.boolean().describe('Takes something away: counts towards the limits.'),
    state: itemState,
    members: z.int().nullable().describe('How many come or go.'),
    refused: z.array(z.strictObject({ id: z.string(), why: z.string() })).describe('Members who were left out.'),
    error: complaint.nullable(),
  })
  .meta({ title: 'GoogleRunItem' });

export const connection = z
  .strictObject({
    id: z.uuid(),
    name: z.string(),
    customer: z.string().nullable(),
    domain: z.string().nullable(),
    subject: z.string().nullable(),
    serviceAccount: z.string(),
    keyId: z.string().nullable(),
    keyless: z.string().nullable(),
    settings: z.record(z.string(), z.unknown()).describe('docs/google-workspace.md says what each means.'),
    intervalMinutes: z.int(),
    state: z.enum(['active', 'paused', 'needs-attention']),
    reason: complaint.nullable().describe('Why it needs attention.'),
    stateSince: moment,
    createdAt: moment,
    updatedAt: moment,
    last: z
      .strictObject({
        id: z.uuid(),
        state: runState,
        requestedAt: moment,
        finishedAt: moment.nullable(),
        error: complaint.nullable(),
      })
      .nullable()
      .describe('The newest run.'),
    completeAt: moment.nullable().describe('When the last complete run began to read.'),
    ageSeconds: z.int().describe('Since then, or since the connection was made.'),
    failures: z.int().describe('Runs that failed since then.'),
    staleSince: moment.nullable(),
    waitingRunId: z.uuid().nullable().describe('The run that waits for an approval.'),
    nextRunAt: moment.nullable().describe('Null: none, until it is resumed.'),
  })
  .meta({ title: 'GoogleConnection' });

export type ShownStanding = Pick<
  Standing,
  'last' | 'completeAt' | 'ageSeconds' | 'failures' | 'staleSince' | 'waitingRunId' | 'nextRunAt'
>;

const objectType = z.enum(['User', 'Group']);

export const conflict = z
  .strictObject({
    objectType,
    googleId: z.string(),
    name: z.string(),
    reason: z.enum([
      'name-taken',
      'several-candidates',
      'other-owner',
      'unverified-domain',
      'manual',
      'deleted-here',
      'two-for-one',
    ]),
    candidates: z
      .array(
        z.strictObject({
          id: z.uuid(),
          name: z.string().nullable().describe('Null: it is gone.'),
          owner: z.string().nullable().describe('A connection; null: nobody.'),
        }),
      )
      .describe('Of the directory, ten at most.'),
    foundAt: moment,
    lastRunId: z.uuid(),
    choice: z.enum(['link', 'take-over', 'ignore', 'rename']).nullable().describe('Null: nobody has decided.'),
    chosenObjectId: z.uuid().nullable(),
    chosenName: z.string().nullable(),
    decidedAt: moment.nullable(),
    decidedBy: z.string().nullable(),
  })
  .meta({ title: 'GoogleConflict' });

export const conflictPosition = z.strictObject({ objectType, googleId: z.string() });
