// The load generator, a process of its own: neither server shares its event loop. Driven by load-client.ts.
import { createExchange } from './exchange.ts';
import { type Operation, operationNamed, type Side } from './operations.ts';
import { summarise, type Times } from './statistics.ts';
import type { World } from './world.ts';

export interface LoadOrder {
  readonly operation: string;
  readonly side: Side;
  readonly connections: number;
  readonly warmSeconds: number;
  readonly seconds: number;
}

export type LoadMessage = { readonly world: World } | { readonly order: LoadOrder };

export type LoadAnswer =
  | { readonly times: Readonly<Record<string, Times>>; readonly from: number; readonly to: number }
  | { readonly failure: string };

let world: World | undefined;
let turns = 0;

process.on('message', (message: LoadMessage) => {
  if ('world' in message) {
    world = message.world;
    return;
  }
  run(message.order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ failure: error instanceof Error ? error.message : String(error) }),
  );
});

async function prepareWith(prepare: Operation['prepare'], known: World): Promise<void> {
  const exchange = createExchange(known.token, () => undefined);
  await prepare?.(exchange, known).finally(() => exchange.close());
}

/** A closed loop on each connection: the next request starts when the last one is answered. */
async function run(order: LoadOrder): Promise<LoadAnswer> {
  const known = world;
  const { prepare, [order.side]: visit } = operationNamed(order.operation);
  if (known === undefined || visit === undefined) throw new Error(`${order.operation} has no ${order.side}`);
  if (order.side === 'server') await prepareWith(prepare, known);
  const measured = new Map<string, number[]>();
  const begin = performance.now() + order.warmSeconds * 1000;
  const finish = begin + order.seconds * 1000;
  let failed = false;
  const note = (label: string, milliseconds: number): void => {
    const now = performance.now();
    if (now < begin || now > finish) return;
    const times = measured.get(label);
    if (times === undefined) measured.set(label, [milliseconds]);
    else times.push(milliseconds);
  };
  const client = async (number: number): Promise<void> => {
    const exchange = createExchange(known.token, note);
    try {
      while (performance.now() < finish && !failed) {
        turns += 1;
        await visit(exchange, known, { client: number, turn: turns, note });
      }
    } catch (error) {
      failed = true;
      throw error;
    } finally {
      exchange.close();
    }
  };
  const from = Number(process.hrtime.bigint() / 1000n) + order.warmSeconds * 1_000_000;
  await Promise.all(Array.from({ length: order.connections }, (_, number) => client(number)));
  const times = [...measured].map(([label, values]) => [label, summarise(values, order.seconds)] as const);
  return { times: Object.fromEntries(times), from, to: from + order.seconds * 1_000_000 };
}
