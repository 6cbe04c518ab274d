import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newObjectId } from '../../src/directory/index.js';
import { createCli, urlOf } from '../support/cli.js';
import { createWorld, type World } from '../support/directory-world.js';

const cli = createCli();
const site = ['--site', 'test'];

describe('rollcall user, group, application, grant, licence and log', () => {
  let world: World;
  let anna: string;
  let bert: string;
  let staff: string;
  let everybody: string;
  const url = process.env.DATABASE_URL;
  beforeAll(async () => {
    world = await createWorld();
    process.env.DATABASE_URL = await urlOf(world.database);
    anna = await world.user('Anna@example.com');
    bert = await world.user('bert@example.com');
    await world.user('bob@example.com');
    staff = await world.group('Staff', [anna, bert]);
    everybody = await world.group('Everybody', [staff]);
  });
  afterAll(async () => {
    if (url === undefined) delete process.env.DATABASE_URL;
    else process.env.DATABASE_URL = url;
    await world.close();
  });

  it('application create makes roles in their order, and a licence', async () => {
    const made = await cli.json(
      ...[
        'application',
        'create',
        'wiki',
        '--name',
        'Wiki',
        '--role',
        'admin',
        '--role',
        'user',
        '--role',
        'viewer:free',
      ],
      ...['--seats', '1', ...site],
    );
    expect(made).toMatchObject({
      key: 'wiki',
      name: 'Wiki',
      roles: [
        { key: 'admin', takesSeat: true },
        { key: 'user', takesSeat: true },
        { key: 'viewer', takesSeat: false },
      ],
      licences: [{ name: 'Wiki', seats: 1, policy: 'wait', used: 0, waiting: 0, roles: ['admin', 'user'] }],
    });
    expect(await cli.json('application', 'show', 'wiki', ...site)).toEqual(made);
    const { out } = await cli.run('application', 'create', 'free', '--name', 'Free', '--role', 'reader:free', ...site);
    expect(out).toContain('Its seats are not counted.');
  });

  it('grant add gives access through groups, by name or id, and the second person waits', async () => {
    const grant = ['--application', 'wiki', '--role', 'user', ...site];
    expect(await cli.json('grant', 'add', ...grant, '--group', 'everybody')).toMatchObject({
      id: expect.any(String),
      application: 'wiki',
      role: 'user',
      holder: { kind: 'group', id: everybody },
      holderName: 'Everybody',
    });
    const again = await cli.run('grant', 'add', ...grant, '--group', everybody);
    expect(again).toEqual({ code: 1, out: '', error: 'grant.exists: The group has this role already.\n' });
    const viewer = ['--application', 'wiki', '--role', 'viewer', ...site];
    expect(await cli.run('grant', 'add', ...viewer, '--user', 'ANNA@example.com')).toMatchObject({
      code: 0,
      out: 'The user Anna@example.com now has the role viewer of wiki.\n',
    });
    expect(await cli.json('grant', 'list', ...site)).toMatchObject([
      { role: 'user', holderName: 'Everybody', connectionId: null },
      { role: 'viewer', holderName: 'Anna@example.com', connectionId: null },
    ]);
    expect((await cli.run('grant', 'list', ...site)).out).toMatch(
      /^wiki +viewer +user +Anna@example.com .* an administrator$/m,
    );
    expect(await cli.run('grant', 'remove', ...viewer, '--user', anna)).toMatchObject({ code: 0 });
    expect(await cli.json('grant', 'list', '--application', 'wiki', ...site)).toHaveLength(1);
    const { used, waiting, held } = await world.access('wiki');
    expect({ used, waiting: waiting.size, held: held.size }).toEqual({ used: 1, waiting: 1, held: 1 });
    expect((await cli.run('application', 'list', ...site)).out).toMatch(
      /^wiki +Wiki +admin > user > viewer:free +1 of 1 \(100 % reached\) +1$/m,
    );
  });

  it('user show tells groups, access, queue and identities', async () => {
    const shown = await Promise.all([anna, 'BERT@example.com'].map((who) => cli.json('user', 'show', who, ...site)));
    expect(shown).toContainEqual(
      expect.objectContaining({
        waiting: [expect.objectContaining({ application: 'wiki', role: 'user', position: 1 })],
      }),
    );
    expect(shown).toContainEqual(
      expect.objectContaining({
        entitlements: [expect.objectContaining({ application: 'wiki', role: 'user', licence: 'Wiki' })],
      }),
    );
    expect(shown[0]).toMatchObject({
      id: anna,
      userName: 'Anna@example.com',
      state: 'active',
      attributes: { userName: 'Anna@example.com', active: true },
      groups: expect.arrayContaining([
        { id: staff, displayName: 'Staff', direct: true },
        { id: everybody, displayName: 'Everybody', direct: false },
      ]),
      identities: expect.any(Array),
    });
    const { out } = await cli.run('user', 'show', anna, ...site);
    expect(out).toMatch(/^ {2}Everybody +through another /m);
    expect(out).toMatch(/^ {2}wiki +user +(?:seat of Wiki|waits for Wiki, place 1)/m);
  });

  it('licence set-seats lets the queue move on', async () => {
    const set = (seats: string) => cli.json('licence', 'set-seats', seats, '--application', 'wiki', ...site);
    expect(await set('2')).toMatchObject({ licences: [{ seats: 2, used: 2, waiting: 0 }] });
    expect(await set('unlimited')).toMatchObject({ licences: [{ seats: null, used: 2, waiting: 0 }] });
    const none = await cli.run('licence', 'set-seats', '5', '--application', 'free', ...site);
    expect(none).toEqual({ code: 1, out: '', error: expect.stringMatching(/^licence\.not-found: .*it has none\.\n$/) });
  });

  it('user list is ordered, filtered by the start of userName, and says when there is more', async () => {
    const list = (...more: string[]) =>
      cli.json<{ users: { userName: string }[]; more: boolean }>('user', 'list', ...site, ...more);
    const names = (answer: { users: { userName: string }[] }) => answer.users.map(({ userName }) => userName);
    expect(names(await list())).toEqual(['Anna@example.com', 'bert@example.com', 'bob@example.com']);
    expect(names(await list('--filter', 'B'))).toEqual(['bert@example.com', 'bob@example.com']);
    expect(names(await list('--filter', '%'))).toEqual([]);
    expect(await list('--limit', '2')).toMatchObject({ more: true });
    expect((await cli.run('user', 'list', '--limit', '1', ...site)).out).toContain('There are more');
  });

  it('group list and show count the members and name the first of them', async () => {
    expect(await cli.json('group', 'list', '--filter', 'sta', ...site)).toMatchObject({
      groups: [{ id: staff, displayName: 'Staff', userCount: 2, groupCount: 0 }],
      more: false,
    });
    expect(await cli.json('group', 'show', 'staff', ...site)).toMatchObject({
      id: staff,
      userCount: 2,
      members: expect.arrayContaining([{ id: anna, type: 'User', display: 'Anna@example.com' }]),
    });
    const { out } = await cli.run('group', 'show', everybody, ...site);
    expect(out).toMatch(/^Members +0 users, 1 group$/m);
    expect(out).toMatch(/^Group +Staff /m);
  });

  it('two groups of one name are told apart by id', async () => {
    const twins = [await world.group('Twin'), await world.group('twin')];
    const { code, error } = await cli.run('group', 'show', 'TWIN', ...site);
    expect(code).toBe(1);
    expect(error).toMatch(/^group\.name-not-unique: [^\n]+\n$/);
    for (const id of twins) expect(error).toContain(id);
  });

  it('log list shows old and new, filters, and goes on below an entry', async () => {
    interface Page {
      readonly entries: {
        readonly id: string;
        readonly action: string;
        readonly outcome: string;
        readonly source: string;
      }[];
      readonly next: string | null;
    }
    const list = (...more: string[]) => cli.json<Page>('log', 'list', ...site, ...more);
    const failures = await list('--outcome', 'failure', '--action', 'grant.add');
    expect(failures.entries).toMatchObject([{ action: 'grant.add', source: 'cli', errorCode: 'grant.exists' }]);
    const first = await list('--limit', '3');
    const second = await list('--limit', '3', '--before', first.next ?? '');
    const both = await list('--limit', '6');
    expect([...first.entries, ...second.entries]).toEqual(both.entries);
    const about = await list('--subject', 'anna@example.com');
    expect(about.entries.map(({ action }) => action)).toEqual(expect.arrayContaining(['user.create', 'grant.add']));
    expect(about).toEqual(await list('--subject', anna));
    const { out } = await cli.run('log', 'list', '--action', 'licence.change', ...site);
    expect(out).toMatch(/success +licence\.change +Wiki +cli .*seats: 1 -> 2/);
    expect(await list('--subject', newObjectId())).toEqual({ entries: [], next: null });
  });

  it('log list of a connection names it', async () => {
    const { id } = await cli.json<{ id: string }>('connection', 'create', '--name', 'hr', ...site);
    const connection = { id, name: 'hr', adopt: false };
    const actor = { ...world.actor, connection, correlationId: randomUUID() };
    await world.change.refuse(actor, { action: 'user.create', objectType: 'User' }, new Error('broken'));
    expect(await cli.json('log', 'list', '--connection', 'hr', ...site)).toMatchObject({
      entries: [{ connection: 'hr', outcome: 'failure', errorCode: 'internal' }],
    });
    const unknown = await cli.run('log', 'list', '--connection', 'hrr', ...site);
    expect(unknown).toMatchObject({ code: 1, error: expect.stringMatching(/^connection\.not-found: /) });
  });

  it('a terminal never gets control characters that a client chose', async () => {
    await world.group('\u001b]0;owned\u0007Evil\nGroup');
    const { out } = await cli.run('group', 'list', ...site);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
    expect(out).toMatch(/^ ?\]0;owned Evil Group /m);
  });

  it.each([
    [['user', 'show', 'nobody@example.com'], 'user.not-found'],
    [['group', 'show', 'nothing'], 'group.not-found'],
    [['application', 'show', 'nothing'], 'application.not-found'],
    [['application', 'create', 'Wiki', '--name', 'x', '--role', 'user'], 'application.invalid'],
    [['application', 'create', 'wiki', '--name', 'x', '--role', 'user'], 'application.key-taken'],
    [
      ['grant', 'add', '--application', 'wiki', '--role', 'king', '--user', 'bob@example.com'],
      'application.role-not-found',
    ],
    [['grant', 'add', '--application', 'wiki', '--role', 'user', '--user', 'nobody'], 'user.not-found'],
    [['grant', 'remove', '--application', 'wiki', '--role', 'user', '--user', 'bob@example.com'], 'grant.not-found'],
    [['licence', 'set-seats', '1', '--application', 'wiki', '--licence', 'Other'], 'licence.not-found'],
  ])('%j fails with %s', async (argv, code) => {
    const answer = await cli.run(...argv, ...site, '--json');
    expect(answer).toEqual({ code: 1, out: '', error: expect.stringMatching(new RegExp(`^${code}: [^\\n]+\\n$`)) });
  });

  it.each([
    [['application', 'create', 'x', '--name', 'x'], "required option '--role <key[:free]>' not specified"],
    [['application', 'create', 'x', '--name', 'x', '--role', 'a:paid'], 'viewer:free'],
    [['application', 'create', 'x', '--name', 'x', '--role', 'a', '--policy', 'wait'], '--policy needs --seats'],
    [
      ['application', 'create', 'x', '--name', 'x', '--role', 'a', '--seats', '-1'],
      'Write a whole number from 0, or unlimited',
    ],
    [['grant', 'add', '--application', 'wiki', '--role', 'user'], 'say who: --group <id|name> or --user <id|userName>'],
    [['licence', 'set-seats', '--application', 'wiki'], "missing required argument 'seats'"],
    [['user', 'list', '--limit', '0'], 'Write a whole number from 1 to 10000'],
    [['log', 'list', '--before', 'yesterday'], 'Write the time and id of an entry'],
    [['log', 'list', '--outcome', 'good'], 'Allowed choices are success, failure, skipped, waiting'],
  ])('%j is a mistake', async (argv, part) => {
    const answer = await cli.run(...argv, ...site);
    expect(answer).toEqual({ code: 2, out: '', error: expect.stringMatching(/^[^\n]+\n$/) });
    expect(answer.error).toContain(part);
  });
});
