import { once } from 'node:events';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { sendAnswer } from '../../../src/http/send-answer.js';

let server: Server;
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

/** Serves the pieces, and tells how many were taken when their source was closed. */
async function serve(pieces: number, size: number): Promise<{ url: string; taken: Promise<number> }> {
  let tell: (count: number) => void;
  const taken = new Promise<number>((resolve) => {
    tell = resolve;
  });
  async function* source() {
    let count = 0;
    try {
      for (; count < pieces; count++) yield 'x'.repeat(size);
    } finally {
      tell(count);
    }
  }
  server = createServer((request, response) => {
    void sendAnswer(request, response, { status: 200, headers: {}, body: source() }, {});
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, taken };
}

describe('a streamed answer', () => {
  it('arrives whole', async () => {
    const { url, taken } = await serve(1000, 1000);
    expect((await (await fetch(url)).text()).length).toBe(1_000_000);
    expect(await taken).toBe(1000);
  });

  it('waits for a client that is slow, and closes its source when the client goes away', async () => {
    const { url, taken } = await serve(100_000, 10_000);
    const request = get(url);
    const [response] = await once(request, 'response');
    response.pause();
    await new Promise((resolve) => setTimeout(resolve, 200));
    response.destroy();
    expect(await taken).toBeLessThan(10_000);
  });

  it('of HEAD has no body, and its source is never asked', async () => {
    const { url } = await serve(10, 10);
    const response = await fetch(url, { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});
