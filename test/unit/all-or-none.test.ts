import { expect, it } from '@jest/globals';
import { allOrNone } from '../../src/google/walk/all-or-none.js';

it('throws the first error, once the others have heard of it and are done', async () => {
  const failing = new AbortController();
  const done: string[] = [];
  const slow = new Promise<void>((resolve) => {
    failing.signal.addEventListener('abort', () => setTimeout(resolve, 20));
  }).then(() => void done.push('slow'));
  const broken = Promise.reject(new Error('broken'));
  await expect(allOrNone([slow, broken], failing)).rejects.toThrow('broken');
  expect(done).toEqual(['slow']);
});

it('gives what each of them gave, in their order', async () => {
  expect(await allOrNone([Promise.resolve(1), Promise.resolve('b')], new AbortController())).toEqual([1, 'b']);
});
