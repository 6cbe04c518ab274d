import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createAddresses, createAuthenticator } from '../../src/connections/index.js';
import { sql } from '../../src/database/index.js';
import { createCli, urlOf } from '../support/cli.js';
import { createWorld, type World } from '../support/directory-world.js';

interface Issued {
  readonly id: string;
  readonly key: string;
  readonly token: string;
  readonly tokenId: string;
  readonly scope: string;
  readonly expiresAt: string;
}

interface Listed {
  readonly name: string;
  readonly state: string;
  readonly tokens: readonly { id: string; state: string; scope: string }[];
}

interface Judged {
  readonly name: string;
  readonly suggestedProfile: string | null;
}

type Settings = Readonly<Record<string, unknown>>;

const cli = createCli();
const days = (from: string): number => (Date.parse(from) - Date.now()) / 86_400_000;

describe('rollcall connection', () => {
  let world: World;
  const url = process.env.DATABASE_URL;
  beforeAll(async () => {
    world = await createWorld();
    process.env.DATABASE_URL = await urlOf(world.database);
  });
  afterAll(async () => {
    if (url === undefined) delete process.env.DATABASE_URL;
    else process.env.DATABASE_URL = url;
    await world.close();
  });

  const site = ['--site', 'test'];
  const create = (name: string, ...more: string[]) =>
    cli.json<Issued>('connection', 'create', '--name', name, ...site, ...more);
  const show = (name: string) => cli.json<Listed>('connection', 'show', name, ...site);
  const judge = (issued: Issued) =>
    createAuthenticator({
      database: world.database,
      addresses: createAddresses('http://localhost:8080'),
      accessTokenKey: Buffer.alloc(32),
      cacheMilliseconds: 0,
      accessTokenSeconds: 60,
    }).authenticate(issued.token, issued.key);

  it('create gives what an identity provider is told, and the token works', async () => {
    const issued = await create('okta', '--profile', 'okta', '--adopt', '--sees', 'own', '--passwords', 'refuse');
    expect(issued).toEqual({
      id: expect.any(String),
      key: expect.stringMatching(/^[a-z2-9]{10}$/),
      name: 'okta',
      profile: 'okta',
      baseUrl: `http://localhost:8080/scim/v2/${issued.key}`,
      token: expect.stringMatching(new RegExp(`^rc_${issued.key}_`)),
      tokenId: expect.any(String),
      scope: 'write',
      expiresAt: expect.any(String),
    });
    expect(days(issued.expiresAt)).toBeCloseTo(365, 1);
    expect(await judge(issued)).toMatchObject({
      connection: { name: 'okta', adopt: true, sees: 'own', passwords: 'refuse' },
      scope: 'write',
    });
  });

  it('create for people says that the token is shown once, and no other command shows it', async () => {
    const { code, out } = await cli.run('connection', 'create', '--name', 'people', '--scope', 'read', ...site);
    expect(code).toBe(0);
    expect(out).toMatch(/Token +rc_/);
    expect(out).toMatch(/Expires +\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ \(in 365 days\)/);
    expect(out).toContain('shown this once');
    const token = /rc_\S+/.exec(out)?.[0] ?? 'none';
    for (const later of [
      ['connection', 'list'],
      ['connection', 'show', 'people'],
      ['log', 'list'],
    ]) {
      const answer = await cli.run(...later, ...site, '--json');
      expect(answer.code).toBe(0);
      expect(answer.out).not.toContain(token.slice(14));
    }
  });

  it('list warns of a token that expires soon, in both forms', async () => {
    await create('soon', '--expires', '10d');
    const listed = await cli.json<Listed[]>('connection', 'list', ...site);
    expect(listed.find(({ name }) => name === 'soon')?.tokens).toMatchObject([{ state: 'expires-soon' }]);
    const { out } = await cli.run('connection', 'list', ...site);
    expect(out).toMatch(/^NAME +PROFILE +STATE +BASE URL +VALID TOKENS$/m);
    expect(out).toMatch(/^Warning: a token of soon expires in 10 days\. .*rotate-token "soon"$/m);
  });

  it('rotate-token keeps the one before valid, a third one ends the first', async () => {
    const first = await create('rotating', '--scope', 'read');
    const second = await cli.json<Issued>('connection', 'rotate-token', 'rotating', ...site);
    expect(second.scope).toBe('read');
    expect(await judge(first)).toMatchObject({ scope: 'read' });
    const third = await cli.json<Issued>(
      ...['connection', 'rotate-token', 'rotating', '--scope', 'write', '--expires', '12h', ...site],
    );
    expect(await judge(first)).toMatchObject({ refusal: 'revoked' });
    expect(await judge(second)).toMatchObject({ scope: 'read' });
    expect(await judge(third)).toMatchObject({ scope: 'write' });
    expect(days(third.expiresAt)).toBeCloseTo(0.5, 1);
  });

  it('rotate-token --user makes a token that reaches one user, for reading unless told otherwise', async () => {
    const id = await world.user('ann@example.com');
    const own = await create('tied');
    const rotate = (...more: string[]) =>
      cli.json<Issued>('connection', 'rotate-token', 'tied', '--user', 'ANN@example.com', ...more, ...site);
    const first = await rotate();
    expect(first).toMatchObject({ scope: 'read', userId: id });
    expect(await judge(first)).toMatchObject({ scope: 'read', userId: id });
    const second = await rotate('--scope', 'write');
    const third = await rotate();
    expect(third.scope).toBe('write');
    expect(await judge(first)).toMatchObject({ refusal: 'revoked' });
    expect(await judge(second)).toMatchObject({ scope: 'write', userId: id });
    expect(await judge(own)).toMatchObject({ scope: 'write', userId: undefined });
    expect((await cli.json<Issued>('connection', 'rotate-token', 'tied', ...site)).scope).toBe('write');

    const shown = await cli.run('connection', 'show', 'tied', ...site);
    expect(shown.out).toMatch(/write +ann@example\.com +valid/);
    expect(shown.out).toMatch(/write +all +valid/);
    const listed = await cli.run('connection', 'list', ...site);
    expect(listed.out).toContain('write, only ann@example.com, expires');
    const nobody = await cli.run('connection', 'rotate-token', 'tied', '--user', 'nobody', ...site);
    expect(nobody).toMatchObject({ code: 1, error: expect.stringMatching(/^user\.not-found: /) });
  });

  it('revoke-token ends one token or all of them', async () => {
    const first = await create('revoking');
    const second = await cli.json<Issued>('connection', 'rotate-token', 'revoking', ...site);
    const one = ['connection', 'revoke-token', 'revoking', '--token', first.tokenId, ...site];
    expect(await cli.json(...one)).toEqual({ name: 'revoking', revoked: [first.tokenId] });
    expect(await judge(first)).toMatchObject({ refusal: 'revoked' });
    expect(await judge(second)).toMatchObject({ scope: 'write' });
    expect(await cli.run('connection', 'revoke-token', 'revoking', '--all', ...site)).toMatchObject({ code: 0 });
    expect(await judge(second)).toMatchObject({ refusal: 'revoked' });
    expect(await cli.run(...one)).toEqual({
      code: 1,
      out: '',
      error: expect.stringMatching(/^connection\.no-token: .+\n$/),
    });
  });

  it('pause and resume change its state', async () => {
    await create('pausing');
    expect(await cli.run('connection', 'pause', 'pausing', ...site)).toMatchObject({
      code: 0,
      out: 'pausing is paused.\n',
    });
    expect(await show('pausing')).toMatchObject({ state: 'paused' });
    expect(await cli.json('connection', 'resume', 'pausing', ...site)).toMatchObject({ state: 'active' });
    expect(await show('pausing')).toMatchObject({ state: 'active' });
  });

  it('set changes what is given and nothing else, and the log says what', async () => {
    await create('settled', '--adopt');
    const shown = await cli.json<Settings>(
      ...['connection', 'set', 'settled', '--profile', 'okta', '--unknown-members', 'skip', '--put-omitted', 'keep'],
      ...['--unique-group-names', '--reactivate', '--discovery', 'protected', '--sees', 'own', ...site],
    );
    const all = {
      profile: 'okta',
      adopt: true,
      sees: 'own',
      passwords: 'ignore',
      unknownMembers: 'skip',
      putOmitted: 'keep',
      uniqueGroupNames: true,
      reactivate: true,
      discovery: 'protected',
    };
    expect(shown).toMatchObject(all);
    const again = ['connection', 'set', 'settled', '--no-adopt', '--no-unique-group-names', '--no-reactivate', ...site];
    expect(await cli.json(...again)).toMatchObject({
      ...all,
      adopt: false,
      uniqueGroupNames: false,
      reactivate: false,
    });
    expect(await cli.run(...again)).toMatchObject({ code: 0, out: expect.stringMatching(/^Profile +okta$/m) });
    const { entries } = await cli.json<{ entries: { action: string; outcome: string; changed: string[] }[] }>(
      ...['log', 'list', '--action', 'connection.update', ...site],
    );
    expect(entries.map(({ outcome, changed }) => [outcome, [...changed].sort()])).toEqual([
      ['skipped', []],
      ['success', ['adopt', 'reactivate', 'uniqueGroupNames']],
      ['success', ['discovery', 'profile', 'putOmitted', 'reactivate', 'sees', 'uniqueGroupNames', 'unknownMembers']],
    ]);
  });

  it('set says what a connection is told of access and may do to it', async () => {
    await create('governing', '--roles', 'draft');
    const set = ['connection', 'set', 'governing', ...site];
    expect(await cli.json(...set, '--show-entitlements', '--assign', '--role-values', 'published')).toMatchObject({
      roles: 'draft',
      showEntitlements: true,
      assign: true,
      roleValues: 'published',
    });
    const { out } = await cli.run(...set, '--roles', 'okta', '--no-assign');
    expect(out).toMatch(/^Roles +okta$/m);
    expect(out).toMatch(/^Shows entitlements +yes$/m);
    expect(out).toMatch(/^Assigns +no$/m);
    expect(out).toMatch(/^Role values +published$/m);
  });

  it('list and show say what the traffic suggests and what the profile refuses', async () => {
    const { id } = await create('doubtful', '--profile', 'okta');
    const state = () => cli.json<Judged>('connection', 'show', 'doubtful', ...site);
    expect(await state()).toMatchObject({ suggestedProfile: null, because: [], refuses: [] });
    await world.database.write(sql`
      INSERT INTO connection_traits (site_id, connection_id, trait, count, first_seen, last_seen)
      SELECT site_id, id, trait, 7, now(), now()
      FROM connections, unnest(ARRAY['capital-operation', 'without-members']) AS trait WHERE id = ${id}`);
    const capitals = 'it writes Add, Replace and Remove with capitals (7 times, last on ';
    const refuses = [expect.stringMatching(/7 times.*operationInAnyCase/)];
    const because = [expect.stringContaining(capitals), expect.stringContaining('without their members')];
    expect(await state()).toMatchObject({ suggestedProfile: 'entra', because, refuses });
    const listed = await cli.json<Judged[]>('connection', 'list', ...site);
    expect(listed.find(({ name }) => name === 'doubtful')).toMatchObject({ suggestedProfile: 'entra', refuses });
    for (const command of [['list'], ['show', 'doubtful']]) {
      const { out } = await cli.run('connection', ...command, ...site);
      expect(out).toMatch(/^Warning: the profile okta of doubtful does not take what it gets: it writes Add/m);
      expect(out).toMatch(
        /^Suggested profile of doubtful: entra, because .*connection set "doubtful" --profile entra$/m,
      );
    }
    const { out } = await cli.run('connection', 'set', 'doubtful', '--profile', 'entra', ...site);
    expect(out).not.toMatch(/Warning|Suggested/);
    expect(await state()).toMatchObject({ profile: 'entra', suggestedProfile: 'entra', refuses: [] });
  });

  it('a name that is taken or unknown is one line and exit code 1', async () => {
    await create('twice');
    const again = await cli.run('connection', 'create', '--name', 'twice', ...site, '--json');
    expect(again).toEqual({ code: 1, out: '', error: expect.stringMatching(/^connection\.name-taken: [^\n]+\n$/) });
    for (const command of [['show'], ['pause'], ['resume'], ['rotate-token'], ['set', '--adopt']]) {
      const unknown = await cli.run('connection', ...command, 'nobody', ...site);
      expect(unknown).toEqual({ code: 1, out: '', error: expect.stringMatching(/^connection\.not-found: [^\n]+\n$/) });
    }
  });

  it.each([
    [['connection', 'create'], "required option '--name <name>' not specified"],
    [
      ['connection', 'create', '--name', 'x', '--profile', 'unheard-of'],
      "unknown profile 'unheard-of'. Profiles: generic,",
    ],
    [['connection', 'create', '--name', 'x', '--expires', '1 day'], 'Write a number and h, d, w or y'],
    [['connection', 'create', '--name', 'x', '--expires', '20y'], 'ten years at most'],
    [['connection', 'create', '--name', 'x', '--sees', 'all'], 'Allowed choices are site, own'],
    [['connection', 'create', '--name', 'x', '--type', 'google'], 'Allowed choices are scim'],
    [['connection', 'create', '--name', ' '], 'must not be empty'],
    [['connection', 'create', '--name', 'x', '--adpt'], "unknown option '--adpt' (Did you mean --adopt?)"],
    [['connection', 'set', 'x', '--profile', 'unheard-of'], "unknown profile 'unheard-of'. Profiles: generic,"],
    [['connection', 'set', 'x'], 'say what to change'],
    [['connection', 'set', 'x', '--put-omitted', 'x'], 'Allowed choices are clear, keep'],
    [['connection', 'show'], "missing required argument 'name'"],
    [['connection', 'revoke-token', 'x'], 'say which: --token <id> or --all'],
    [['connection', 'revoke-token', 'x', '--all', '--token', 'y'], 'say which: --token <id> or --all'],
  ])('%j is exit code 2 and one line', async (argv, part) => {
    const { code, out, error } = await cli.run(...argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(error).toMatch(/^[^\n]+\n$/);
    expect(error).toContain(part);
  });
});
