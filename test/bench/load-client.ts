import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { end } from './child-processes.ts';
import type { LoadAnswer, LoadMessage, LoadOrder } from './load.ts';
import type { World } from './world.ts';

export type LoadResult = Exclude<LoadAnswer, { failure: string }>;

export interface LoadClient {
  /** @throws Error with the first answer that was not the expected one */
  run(order: LoadOrder): Promise<LoadResult>;
  stop(): Promise<void>;
}

export function startLoad(world: World): LoadClient {
  const child = fork(join(import.meta.dirname, 'load.ts'));
  const tell = (message: LoadMessage) => child.send(message);
  const exited = once(child, 'exit');
  tell({ world });
  return {
    async run(order) {
      const answered = Promise.race([once(child, 'message'), exited]);
      tell({ order });
      const [answer] = (await answered) as [LoadAnswer | number | null];
      if (answer === null || typeof answer === 'number') throw new Error(`The load generator ended with ${answer}`);
      if ('failure' in answer) throw new Error(`${order.operation} (${order.side}): ${answer.failure}`);
      return answer;
    },
    stop: () => end(child),
  };
}
