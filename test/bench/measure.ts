import type { LoadClient } from './load-client.ts';
import type { Line, Operation } from './operations.ts';
import { median, summarise, type Times } from './statistics.ts';

/** A line of the report. */
export interface Measured {
  readonly operation: string;
  readonly size: number;
  readonly line: Line;
  /** Medians over the rounds. */
  readonly server: Times;
  readonly ceilingPerSecond: number | undefined;
  /** The median of the rounds' ratios, not the ratio of medians: a machine drifts from round to round. */
  readonly ratio: number | undefined;
}

export interface MeasureOptions {
  readonly size: number;
  readonly seconds: number;
  readonly connections: number;
  readonly rounds: number;
}

const WARM_SECONDS = 1;

/** Ceiling and server one right after the other, several times. */
export async function measure(load: LoadClient, operation: Operation, options: MeasureOptions): Promise<Measured[]> {
  const { seconds, rounds, size } = options;
  const connections = operation.connections ?? options.connections;
  const order = { operation: operation.name, connections, seconds, warmSeconds: WARM_SECONDS };
  const ceilings: number[] = [];
  const servers: Readonly<Record<string, Times>>[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (operation.ceiling !== undefined) {
      ceilings.push((await load.run({ ...order, side: 'ceiling' })).times.ceiling?.perSecond ?? 0);
    }
    servers.push((await load.run({ ...order, side: 'server' })).times);
  }
  return operation.lines.map((line) => {
    const times = servers.map((server) => server[line.label] ?? summarise([], seconds));
    const { units = 1 } = operation;
    const ratios = ceilings.map((ceiling, round) => ((times[round]?.perSecond ?? 0) * units) / ceiling);
    const comparable = ceilings.length > 0 && line.label === 'server';
    return {
      operation: operation.name,
      size,
      line,
      server: medians(times),
      ceilingPerSecond: comparable ? median(ceilings) : undefined,
      ratio: comparable ? median(ratios) : undefined,
    };
  });
}

function medians(times: readonly Times[]): Times {
  const of = (name: keyof Times) => median(times.map((one) => one[name]));
  return { count: of('count'), perSecond: of('perSecond'), p50: of('p50'), p95: of('p95'), p99: of('p99') };
}
