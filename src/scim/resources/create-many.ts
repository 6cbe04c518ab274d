import type { Change } from '../../change/index.js';
import type { Actor, CommandBatch } from '../../directory/index.js';
import type { ScimRequest, ScimResponse } from '../request.js';
import type { CreationOutcome } from './resource-handlers.js';

/** How the resources of one type are created together. */
export interface Creations<New, Made> {
  readonly change: Change;
  readonly request: Parameters<Change['refuse']>[1];
  /** @throws ScimError where the body is wrong */
  parse(request: ScimRequest): Promise<New>;
  batch(news: readonly New[]): CommandBatch<Made>;
  answer(made: Made): ScimResponse;
}

/**
 * Creates resources in one statement a table; where one is refused, each in a savepoint, so that the others are made.
 * @param atomic all of them or nothing
 * @returns undefined where `atomic` could not be had
 */
export async function createMany<New, Made>(
  { change, request: asked, parse, batch, answer }: Creations<New, Made>,
  requests: readonly ScimRequest[],
  actor: Actor,
  atomic: boolean,
): Promise<CreationOutcome[] | undefined> {
  const outcomes: (CreationOutcome | undefined)[] = [];
  const news: New[] = [];
  for (const request of requests) {
    try {
      news.push(await parse(request));
      outcomes.push(undefined);
    } catch (error) {
      if (atomic) return undefined;
      outcomes.push({ error });
    }
  }
  const commands = batch(news);
  const together = await change.runAll(actor, commands);
  if (together === undefined && atomic) return undefined;
  const made = together?.map((result) => ({ result })) ?? (await change.runEach(actor, commands.commands));
  for (const outcome of outcomes)
    if (outcome !== undefined && 'error' in outcome) await change.refuse(actor, asked, outcome.error);
  const results = made.values();
  return outcomes.map((outcome) => {
    if (outcome !== undefined) return outcome;
    const next = results.next().value;
    // As many came back as were given.
    if (next === undefined) throw new Error('A creation has no outcome');
    return 'error' in next ? next : { answer: answer(next.result) };
  });
}
