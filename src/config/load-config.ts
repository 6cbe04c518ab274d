import { resolve } from 'node:path';
import { RollcallError } from '../errors/index.js';
import { configSchema, type Settings } from './config-schema.js';
import { invalidSetting, invalidSettings } from './invalid-setting.js';
import { PACKAGE_ROOT } from './package-root.js';
import { isLoopbackHost } from './protected-url.js';
import { readSettings } from './read-settings.js';

/** All settings, checked. Paths are absolute, `server.publicUrl` is filled in, `server.tls` is there or absent whole. */
export type Config = Readonly<ReturnType<typeof complete>>;

/**
 * Reads and checks the settings of this process: config/default.yaml, config/local.yaml, the environment.
 * Throws RollcallError `config.invalid` with one line that names the first wrong setting and says what is allowed,
 * or `config.unreadable` where a file is not YAML.
 */
export function loadConfig(): Config {
  const parsed = configSchema.safeParse(settingsOrThrow());
  if (!parsed.success) {
    throw invalidSettings(configSchema, parsed.error);
  }
  checkTogether(parsed.data);
  return complete(parsed.data);
}

function settingsOrThrow(): unknown {
  try {
    return readSettings();
  } catch (error) {
    const [line = 'unknown error'] = String(error instanceof Error ? error.message : error).split('\n');
    throw new RollcallError('misconfigured', 'config.unreadable', line, {}, { cause: error });
  }
}

/** The rules that take more than one setting to break. */
function checkTogether({ server, database, limits, tokens, secrets, mail }: Settings): void {
  if ((server.tlsCertFile === undefined) !== (server.tlsKeyFile === undefined)) {
    const missing = server.tlsCertFile === undefined ? 'tlsCertFile' : 'tlsKeyFile';
    throw invalidSetting(['server', missing], 'must be set too: certificate and key belong together');
  }
  const isProtected = server.tlsCertFile !== undefined || server.trustProxy.length > 0 || server.allowPlainHttp;
  if (!isLoopbackHost(server.host) && !isProtected) {
    throw invalidSetting(
      ['server', 'host'],
      'must be localhost, or set TLS_CERT_FILE and TLS_KEY_FILE, or TRUST_PROXY, or ALLOW_PLAIN_HTTP=true: ' +
        'tokens would travel readable',
    );
  }
  if (database.readUrl !== undefined && database.url === undefined) {
    throw invalidSetting(['database', 'readUrl'], 'must be empty without DATABASE_URL: it is a replica of that');
  }
  if (limits.pageSizeDefault > limits.pageSizeMax) {
    throw invalidSetting(['limits', 'pageSizeDefault'], 'must not be more than LIMIT_PAGE_SIZE_MAX');
  }
  if (limits.groupBodyBytes < limits.bodyBytes) {
    throw invalidSetting(['limits', 'groupBodyBytes'], 'must not be less than LIMIT_BODY_BYTES');
  }
  if (secrets.formerKey !== undefined && secrets.key === undefined) {
    throw invalidSetting(['secrets', 'formerKey'], 'must be empty without SECRET_KEY: it is the one before that');
  }
  if (mail.smtpUrl !== undefined && mail.from === undefined) {
    throw invalidSetting(['mail', 'from'], 'must be set too: mails come from somebody');
  }
  if (tokens.warningDays > tokens.lifetimeDays) {
    throw invalidSetting(['tokens', 'warningDays'], 'must not be more than TOKEN_LIFETIME_DAYS');
  }
}

function complete({ server, dataDir, scim, google, ...settings }: Settings) {
  const { tlsCertFile, tlsKeyFile, publicUrl, ...rest } = server;
  const tls =
    tlsCertFile === undefined || tlsKeyFile === undefined
      ? undefined
      : { certFile: resolve(PACKAGE_ROOT, tlsCertFile), keyFile: resolve(PACKAGE_ROOT, tlsKeyFile) };
  return {
    ...settings,
    server: {
      ...rest,
      tls,
      publicUrl: publicUrl ?? `${tls === undefined ? 'http' : 'https'}://localhost:${rest.port}`,
    },
    dataDir: resolve(PACKAGE_ROOT, dataDir),
    scim: { ...scim, schemasDir: resolve(PACKAGE_ROOT, scim.schemasDir) },
    google: {
      ...google,
      keyless: Object.fromEntries(
        Object.entries(google.keyless).map(([name, path]) => [name, resolve(PACKAGE_ROOT, path)]),
      ),
    },
  };
}
