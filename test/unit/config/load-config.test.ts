import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../../src/config/index.js';
import { RollcallError } from '../../../src/errors/index.js';

const ORIGINAL = { ...process.env };
const OWN =
  /^(PORT|HOST|PUBLIC_URL|DATA_DIR|SECRET_|SCHEMAS_|SCIM_|TLS_|TRUST_|ALLOW_|DATABASE_|LOG_|DNS_|TOKEN_|ACCESS_|DELETION_|INVITED_|SERVICE_|LIMIT_|NODE_CONFIG)/;

beforeEach(() => {
  for (const name of Object.keys(process.env).filter((name) => OWN.test(name))) {
    delete process.env[name];
  }
});

afterEach(() => {
  process.env = { ...ORIGINAL };
});

function refusal(settings: Record<string, string>): RollcallError {
  Object.assign(process.env, settings);
  try {
    loadConfig();
  } catch (error) {
    if (error instanceof RollcallError) {
      return error;
    }
    throw error;
  }
  throw new Error('the settings were accepted');
}

describe('defaults', () => {
  it('come from config/default.yaml and are complete', () => {
    const config = loadConfig();
    expect(config.server).toEqual({
      port: 8080,
      host: '127.0.0.1',
      publicUrl: 'http://localhost:8080',
      tls: undefined,
      trustProxy: [],
      allowPlainHttp: false,
    });
    expect(config.database).toEqual({ poolSize: 10, readPoolSize: 10, url: undefined, readUrl: undefined });
    expect(config.limits.bodyBytes).toBe(2 ** 20);
    expect(config.limits.groupBodyBytes).toBe(2 ** 24);
    expect(isAbsolute(config.dataDir)).toBe(true);
  });

  it('are the same from another working directory', () => {
    const before = process.cwd();
    const { dataDir } = loadConfig();
    process.chdir(tmpdir());
    try {
      expect(loadConfig().dataDir).toBe(dataDir);
    } finally {
      process.chdir(before);
    }
  });
});

describe('the environment', () => {
  it('sets numbers, flags, lists and URLs', () => {
    Object.assign(process.env, {
      PORT: '9000',
      HOST: '0.0.0.0',
      ALLOW_PLAIN_HTTP: 'true',
      PUBLIC_URL: 'https://scim.example.com/',
      TRUST_PROXY: 'loopback, 10.0.0.0/8,fd00::/8',
      DNS_RESOLVERS: '192.0.2.53, 192.0.2.54:5353, [2001:db8::1]:53',
      DATABASE_URL: 'postgres://rollcall:secret@db.example.com/rollcall',
    });
    const { server, dns, database } = loadConfig();
    expect(server.port).toBe(9000);
    expect(server.allowPlainHttp).toBe(true);
    expect(server.publicUrl).toBe('https://scim.example.com');
    expect(server.trustProxy).toEqual(['loopback', '10.0.0.0/8', 'fd00::/8']);
    expect(dns.resolvers).toEqual(['192.0.2.53', '192.0.2.54:5353', '[2001:db8::1]:53']);
    expect(database.url).toBe('postgres://rollcall:secret@db.example.com/rollcall');
  });

  it('leaves a setting alone when the variable is empty', () => {
    process.env.PORT = '';
    expect(loadConfig().server.port).toBe(8080);
  });

  it('makes the default public URL follow port and TLS', () => {
    Object.assign(process.env, { PORT: '9443', TLS_CERT_FILE: '/etc/tls/cert.pem', TLS_KEY_FILE: '/etc/tls/key.pem' });
    const { server } = loadConfig();
    expect(server.publicUrl).toBe('https://localhost:9443');
    expect(server.tls).toEqual({ certFile: '/etc/tls/cert.pem', keyFile: '/etc/tls/key.pem' });
  });
});

describe('a wrong value', () => {
  it.each([
    ['PORT', '80a', 'server.port', 'a whole number from 1 to 65535'],
    ['PORT', '0', 'server.port', 'a whole number from 1 to 65535'],
    ['PORT', '8080.5', 'server.port', 'a whole number from 1 to 65535'],
    ['LOG_LEVEL', 'loud', 'log.level', 'one of fatal, error, warn, info, debug, trace, silent'],
    ['ALLOW_PLAIN_HTTP', 'yes', 'server.allowPlainHttp', 'true or false'],
    ['PUBLIC_URL', 'scim.example.com', 'server.publicUrl', 'an http or https URL'],
    ['PUBLIC_URL', 'https://scim.example.com/?a=b', 'server.publicUrl', 'an http or https URL'],
    ['TRUST_PROXY', 'true', 'server.trustProxy', 'addresses, subnets, or loopback'],
    ['TRUST_PROXY', '10.0.0.0/33', 'server.trustProxy', 'addresses, subnets, or loopback'],
    ['DNS_RESOLVERS', 'dns.example.com', 'dns.resolvers', 'DNS servers as IP addresses'],
    ['DATABASE_POOL_SIZE', '-1', 'database.poolSize', 'a whole number from 1 to 1000'],
    ['LIMIT_FILTER_DEPTH', '9999', 'limits.filterDepth', 'a whole number from 1 to 100'],
  ])('of %s (%s) is named in one line with what is allowed', (variable, value, setting, allowed) => {
    const error = refusal({ [variable]: value });
    expect(error.code).toBe('config.invalid');
    expect(error.kind).toBe('misconfigured');
    expect(error.message).toContain(`${variable} (${setting} in config/*.yaml) must be ${allowed}`);
    expect(error.message).not.toContain('\n');
    expect(error.details).toEqual({ setting, variable });
  });

  it('is never shown, because it may be a secret', () => {
    const error = refusal({ DATABASE_URL: 'mysql://rollcall:hunter2@db.example.com/rollcall' });
    expect(error.message).toContain('DATABASE_URL');
    expect(JSON.stringify([error.message, error.details, String(error.cause)])).not.toContain('hunter2');
  });
});

describe('settings that depend on each other', () => {
  it.each(['0.0.0.0', '192.0.2.1', '::', 'scim.example.com'])('refuse HOST %s without TLS', (host) => {
    expect(refusal({ HOST: host }).message).toMatch(/^HOST .*must be localhost, or set TLS_CERT_FILE/);
  });

  it.each(['localhost', '127.0.0.1', '127.1.2.3', '::1'])('allow HOST %s without TLS', (host) => {
    process.env.HOST = host;
    expect(loadConfig().server.host).toBe(host);
  });

  it.each([
    [{ TLS_CERT_FILE: '/cert.pem', TLS_KEY_FILE: '/key.pem' }],
    [{ TRUST_PROXY: '10.0.0.1' }],
    [{ ALLOW_PLAIN_HTTP: 'true' }],
  ])('allow every HOST with %j', (settings) => {
    Object.assign(process.env, { HOST: '0.0.0.0', ...settings });
    expect(loadConfig().server.host).toBe('0.0.0.0');
  });

  it.each([
    ['TLS_KEY_FILE', { TLS_CERT_FILE: '/cert.pem' }],
    ['TLS_CERT_FILE', { TLS_KEY_FILE: '/key.pem' }],
    ['DATABASE_READ_URL', { DATABASE_READ_URL: 'postgres://replica/rollcall' }],
    ['LIMIT_PAGE_SIZE_DEFAULT', { LIMIT_PAGE_SIZE_DEFAULT: '5000' }],
    ['LIMIT_GROUP_BODY_BYTES', { LIMIT_GROUP_BODY_BYTES: '2048' }],
    ['TOKEN_WARNING_DAYS', { TOKEN_LIFETIME_DAYS: '7' }],
  ])('name %s when it breaks the rule', (variable, settings: Record<string, string>) => {
    expect(refusal(settings).details.variable).toBe(variable);
  });
});

describe('a folder in NODE_CONFIG_DIR', () => {
  function folderWith(content: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'rollcall-config-'));
    writeFileSync(join(folder, 'local.yaml'), content);
    process.env.NODE_CONFIG_DIR = folder;
    return folder;
  }

  it('adds to the defaults, below the environment', () => {
    const folder = folderWith('server:\n  port: 9001\nlog:\n  level: debug\n');
    process.env.PORT = '9002';
    const config = loadConfig();
    expect(config.log.level).toBe('debug');
    expect(config.server.port).toBe(9002);
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['server:\n  prot: 9001\n', 'server.prot is not a setting'],
    ['limits: 5\n', 'limits must be a group of settings'],
    ['server:\n  port:\n', 'PORT (server.port in config/*.yaml) must be a whole number'],
    ['server: [\n', 'Cannot parse config file'],
  ])('is refused when it holds %j', (content, message) => {
    const folder = folderWith(content);
    expect(refusal({}).message).toContain(message);
    rmSync(folder, { recursive: true });
  });
});
