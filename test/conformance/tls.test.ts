import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closeServer, createServer, listen } from '../../src/http/index.js';

/** Made for these tests alone; it is valid for localhost and protects nothing. */
const certFile = fileURLToPath(new URL('../support/tls/certificate.pem', import.meta.url));
const keyFile = fileURLToPath(new URL('../support/tls/key.pem', import.meta.url));

const limits = { headerBytes: 16_384 };

let server: Server;
let address: AddressInfo;

beforeAll(async () => {
  server = await createServer((_request, response) => response.end('over TLS'), {
    server: { tls: { certFile, keyFile } },
    limits,
  });
  address = await listen(server, { host: '127.0.0.1', port: 0 });
});

afterAll(() => closeServer(server, 100));

describe('a server with TLS_CERT_FILE and TLS_KEY_FILE', () => {
  it('AUTH-07, SEC-04: speaks TLS 1.2 and newer', async () => {
    const ca = readFileSync(certFile);
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const text = await new Promise((resolve, reject) => {
        const sent = request(
          {
            host: 'localhost',
            family: 4,
            port: address.port,
            ca,
            minVersion: version,
            maxVersion: version,
            agent: false,
          },
          (response) => response.on('data', (chunk) => resolve(String(chunk))),
        );
        sent.on('error', reject);
        sent.end();
      });
      expect(text).toBe('over TLS');
    }
  });

  it('AUTH-07: refuses TLS 1.1', async () => {
    const outcome = await new Promise<string>((resolve) => {
      const socket = connect({
        port: address.port,
        host: '127.0.0.1',
        rejectUnauthorized: false,
        minVersion: 'TLSv1',
        maxVersion: 'TLSv1.1',
        // Without this the client's own policy would refuse before the server is asked.
        ciphers: 'DEFAULT@SECLEVEL=0',
      });
      socket.on('secureConnect', () => resolve('connected'));
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    });
    expect(outcome).toMatch(/PROTOCOL_VERSION|WRONG_VERSION|ALERT/);
  });

  it('names a certificate that cannot be read', async () => {
    await expect(
      createServer(() => undefined, { server: { tls: { certFile: '/nowhere.pem', keyFile } }, limits }),
    ).rejects.toMatchObject({
      code: 'server.tls-unreadable',
    });
  });
});
