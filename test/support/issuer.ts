import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';

/** An identity provider's token service on this machine: real keys, real HTTP. */
export interface TestIssuer {
  readonly issuer: string;
  readonly jwksUrl: string;
  /** How often its keys were asked for. */
  readonly asked: () => number;
  /** Answers as it likes from now on; undefined: as an issuer does. */
  behave(as: ((response: ServerResponse) => void) | undefined): void;
  /** Another key from now on; the one before is gone from its document. */
  rotate(): Promise<void>;
  /** A token of its present key. */
  sign(claims: JWTPayload, options?: { expiresIn?: string; notBefore?: string; kid?: string }): Promise<string>;
  close(): Promise<void>;
}

export async function startIssuer(): Promise<TestIssuer> {
  let asked = 0;
  let behaviour: ((response: ServerResponse) => void) | undefined;
  let current = await newKey(1);
  const server = createServer((request, response) => {
    if (request.url === '/keys') asked += 1;
    if (behaviour !== undefined) behaviour(response);
    else if (request.url === '/keys') json(response, { keys: [current.jwk] });
    else json(response, { issuer, jwks_uri: `${issuer}/keys` });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    issuer,
    jwksUrl: `${issuer}/keys`,
    asked: () => asked,
    behave(as) {
      behaviour = as;
    },
    async rotate() {
      current = await newKey(Number(current.jwk.kid) + 1);
    },
    sign(claims, { expiresIn = '5 minutes', notBefore, kid } = {}) {
      const token = new SignJWT({ iss: issuer, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: kid ?? String(current.jwk.kid) })
        .setIssuedAt()
        .setExpirationTime(expiresIn);
      return (notBefore === undefined ? token : token.setNotBefore(notBefore)).sign(current.privateKey);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function newKey(number: number): Promise<{ jwk: JWK; privateKey: CryptoKey }> {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  return { jwk: { ...(await exportJWK(publicKey)), kid: String(number), alg: 'RS256', use: 'sig' }, privateKey };
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
