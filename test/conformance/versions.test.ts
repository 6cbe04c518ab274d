import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, type Client, patchBody, unique } from './support/client.ts';
import { expectRefusal, expectUnchanged } from './support/refusal.ts';
import { expectOk, metaOf, type Stage, startStage } from './support/stage.ts';
import { GROUP, USER } from './support/urns.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.close());

const WEAK = /^W\/"[^"]+"$/;

/** A user and a group, each with its path and version. */
async function both(client: Client) {
  const user = await client.user();
  const group = await client.group();
  return [
    { path: `/Users/${user.id}`, version: metaOf(user).version },
    { path: `/Groups/${group.id}`, version: metaOf(group).version },
  ];
}

function rename(client: Client, path: string, ifMatch?: string, displayName = unique('renamed')): Promise<Answer> {
  const headers: Record<string, string> = ifMatch === undefined ? {} : { 'if-match': ifMatch };
  return client.send('PATCH', path, {
    body: patchBody({ op: 'replace', path: 'displayName', value: displayName }),
    headers,
  });
}

const read = (client: Client, path: string, ifNoneMatch: string) =>
  client.send('GET', path, { headers: { 'if-none-match': ifNoneMatch } });

/** @returns a version that is no longer the resource's */
async function outdated(client: Client, path: string, version: string): Promise<string> {
  expect((await rename(client, path)).status).toBeLessThan(300);
  return version;
}

describe('entity tags', () => {
  it('ETG-01: stand on every answer about one resource', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      const user = { schemas: [USER], userName: unique() };
      const group = { schemas: [GROUP], displayName: unique() };
      for (const [endpoint, body] of [
        ['/Users', user],
        ['/Groups', group],
      ] as const) {
        const created = expectOk(await client.post(endpoint, body), 201);
        const path = `${endpoint}/${created.body.id}`;
        const answers = [created, await rename(client, path), await client.get(path), await client.put(path, body)];
        for (const { headers } of answers) expect(headers.get('etag')).toMatch(WEAK);
        expect(answers[1]?.headers.get('etag')).toBe(answers[2]?.headers.get('etag'));
      }
    }
  });

  it('ETG-02: are weak in the header and in meta.version', async () => {
    const { generic } = stage;
    for (const { path, version } of await both(generic)) {
      expect(version).toMatch(WEAK);
      expect((await generic.get(path)).headers.get('etag')).toBe(version);
    }
  });

  it('ETG-08: change with every real change, and only then, whatever projection is asked for', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      for (const { path, version } of await both(client)) {
        const name = unique('changed');
        const changed = (await rename(client, path, undefined, name)).headers.get('etag');
        expect(changed).not.toBe(version);
        expect((await rename(client, path, undefined, name)).headers.get('etag')).toBe(changed);
        expect(metaOf(await client.read(path)).version).toBe(changed);
        for (const projection of [{ attributes: 'displayName' }, { excludedAttributes: 'meta' }]) {
          expect((await client.get(path, projection)).headers.get('etag')).toBe(changed);
        }
      }
    }
  });
});

describe('If-None-Match', () => {
  it('ETG-03: is 304 without a body for the version that the client has, else 200', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      for (const { path, version } of await both(client)) {
        const same = await read(client, path, version);
        expect(same).toMatchObject({ status: 304, text: '' });
        expect(same.headers.get('etag')).toBe(version);
        expectOk(await read(client, path, 'W/"other"'));
        expectOk(await read(client, path, await outdated(client, path, version)));
      }
    }
  });

  it('ETG-06: takes * and lists', async () => {
    const { generic } = stage;
    for (const { path, version } of await both(generic)) {
      for (const tags of ['*', `W/"a", ${version}`, `"b",${version} , "c"`]) {
        expect(await read(generic, path, tags)).toMatchObject({ status: 304, text: '' });
      }
      expectOk(await read(generic, path, 'W/"a", "b"'));
    }
  });
});

describe('If-Match', () => {
  it('ETG-04: a write to the version that is there succeeds, to another one it is 412', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      for (const { path, version } of await both(client)) {
        const body = await client.read(path);
        const headers = { 'if-match': version };
        expectOk(await client.send('PUT', path, { body: { ...body, displayName: unique() }, headers }));
        const now = metaOf(await client.read(path)).version;
        expect((await rename(client, path, now)).status).toBeLessThan(300);
        await expectUnchanged(client, path, async () => {
          expectRefusal(await client.send('PUT', path, { body, headers }), { status: 412 });
          expectRefusal(await rename(client, path, version), { status: 412 });
        });
      }
    }
  });

  it('ETG-04: a stale write is 412 also where it would change nothing', async () => {
    const { generic } = stage;
    for (const { path, version } of await both(generic)) {
      const name = unique('same');
      await rename(generic, path, undefined, name);
      await expectUnchanged(generic, path, async () =>
        expectRefusal(await rename(generic, path, version, name), { status: 412 }),
      );
    }
  });

  it('ETG-04: of two writes to the same version one is 412', async () => {
    const { generic } = stage;
    for (const { path, version } of await both(generic)) {
      const answers = await Promise.all([rename(generic, path, version), rename(generic, path, version)]);
      expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 412)).toHaveLength(1);
    }
  });

  it('ETG-05: holds for DELETE as well', async () => {
    const { generic } = stage;
    for (const { path, version } of await both(generic)) {
      const stale = await outdated(generic, path, version);
      await expectUnchanged(generic, path, async () =>
        expectRefusal(await generic.send('DELETE', path, { headers: { 'if-match': stale } }), { status: 412 }),
      );
    }
  });

  it('ETG-06: takes * and lists', async () => {
    const { generic } = stage;
    for (const { path, version } of await both(generic)) {
      expect((await rename(generic, path, `"x", ${version}`)).status).toBeLessThan(300);
      expect((await rename(generic, path, '*')).status).toBeLessThan(300);
      await expectUnchanged(generic, path, async () =>
        expectRefusal(await rename(generic, path, 'W/"x", "y"'), { status: 412 }),
      );
      expect((await generic.send('DELETE', path, { headers: { 'if-match': '*' } })).status).toBe(204);
      expectRefusal(await rename(generic, path, '*'), { status: 404 });
    }
  });

  it('ETG-07: compares without W/', async () => {
    const { generic } = stage;
    for (const { path, version } of await both(generic)) {
      expect((await rename(generic, path, version.replace('W/', ''))).status).toBeLessThan(300);
      const now = metaOf(await generic.read(path)).version;
      expect((await rename(generic, path, now)).status).toBeLessThan(300);
    }
  });

  it('ETG-09: a refusal is 412 as a SCIM error that names the header', async () => {
    const { generic } = stage;
    for (const { path, version } of await both(generic)) {
      const stale = await outdated(generic, path, version);
      expectRefusal(await rename(generic, path, stale), { status: 412, names: /If-Match/ });
    }
  });

  it('ETG-10: is never needed', async () => {
    const { generic, strict } = stage;
    for (const client of [generic, strict]) {
      for (const { path } of await both(client)) {
        const body = await client.read(path);
        expectOk(await client.put(path, { ...body, displayName: unique() }));
        expect((await rename(client, path)).status).toBeLessThan(300);
        expect((await client.delete(path)).status).toBe(204);
      }
    }
  });
});
