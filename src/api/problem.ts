import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { ConfirmationNeeded } from '../change/index.js';
import { RollcallError } from '../errors/index.js';

/** Seconds after which a client may come again when something we depend on was away. */
const RETRY_AFTER_SECONDS = 5;

/** A place in a request and what is wrong with it. */
const inputError = z.strictObject({
  in: z.enum(['path', 'query', 'body']),
  name: z.string().describe('The parameter, or the path of the member in the body with dots; empty: the whole of it.'),
  detail: z.string(),
});

const standing = z.strictObject({
  role: z.string().nullable().describe('Null: none.'),
  licence: z.string().nullable().describe('Whose seat it takes; null where it takes none.'),
  waitsFor: z.array(z.string()).describe('Roles in whose queues the person is.'),
});

/** What would become of somebody's access to an application. */
export const accessOutlook = z
  .strictObject({
    userId: z.uuid(),
    userName: z.string(),
    application: z.string(),
    effect: z
      .enum(['gains', 'loses', 'changes', 'waits'])
      .describe('`changes`: another role or another licence; `waits`: only the places in queues differ.'),
    before: standing,
    after: standing,
  })
  .meta({ title: 'AccessOutlook' });

/** Every error of the API: problem details (RFC 9457) with a code that stays as it is. */
export const problemSchema = z.strictObject({
  type: z.literal('about:blank'),
  title: z.string().describe('The phrase of the status.'),
  status: z.int(),
  code: z.string().describe('Stable, for programs: `token.missing`, `request.invalid` and such.'),
  detail: z.string().describe('One line that says what is wrong and what to do.'),
  correlationId: z.string().describe('Under which the request is found in logs; the same as X-Request-Id.'),
  confirmation: z
    .string()
    .optional()
    .describe('What confirms exactly the outcome that `losses` shows; sent as the parameter `confirmation`.'),
  people: z.int().optional().describe('How many losses there are.'),
  losses: z.array(accessOutlook).optional().describe('Who would lose what; the first 1000.'),
  errors: z.array(inputError).optional().describe('What is wrong with the request, where that is several things.'),
});

export type InputError = z.output<typeof inputError>;

/** What has to be confirmed. */
type Outcome = Pick<z.input<typeof problemSchema>, 'confirmation' | 'people' | 'losses'>;

const MOST_LOSSES = 1000;

/** An answer that is an error. The message is shown to the client as it is. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** Extra response headers, such as Allow, WWW-Authenticate or Retry-After. */
    readonly headers: Readonly<Record<string, string>> = {},
    readonly errors: readonly InputError[] = [],
    options?: ErrorOptions,
    readonly outcome?: Outcome,
  ) {
    super(message, options);
  }
}

/** The problem for anything that was thrown; what is not known to be the client's affair is 500 without a word of it. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const cause = { cause: error };
  if (!(error instanceof RollcallError)) {
    return new Problem(500, 'internal', 'The server failed to answer; it is logged there.', {}, [], cause);
  }
  const { kind, code, message } = error;
  const of = (status: number, headers: Record<string, string> = {}) =>
    new Problem(status, code, message, headers, [], cause);
  if (error instanceof ConfirmationNeeded) return new Problem(409, code, message, {}, [], cause, outcomeOf(error));
  switch (kind) {
    case 'invalid':
      return of(400);
    case 'not-found':
      return of(404);
    case 'conflict':
    case 'out-of-seats':
      return of(409);
    case 'forbidden':
      return of(403);
    case 'stale':
      return of(412);
    case 'unavailable':
      return of(503, { 'retry-after': String(RETRY_AFTER_SECONDS) });
    case 'misconfigured':
      return new Problem(500, code, 'The server is not set up for this; it is logged there.', {}, [], cause);
  }
}

function outcomeOf({ confirmation, losses }: ConfirmationNeeded): Outcome {
  const shown = losses.slice(0, MOST_LOSSES).map(({ before, after, ...loss }) => ({
    ...loss,
    before: { ...before, waitsFor: [...before.waitsFor] },
    after: { ...after, waitsFor: [...after.waitsFor] },
  }));
  return { confirmation, people: losses.length, losses: shown };
}

export function renderProblem({ status, code, message, errors, outcome }: Problem, correlationId: string): string {
  return JSON.stringify({
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail: message,
    correlationId,
    ...outcome,
    ...(errors.length === 0 ? {} : { errors: [...errors] }),
  } satisfies z.input<typeof problemSchema>);
}
