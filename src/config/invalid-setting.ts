import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { RollcallError } from '../errors/index.js';
import { PACKAGE_ROOT } from './package-root.js';

/**
 * The error about one wrong setting: its environment variable, its name in the YAML files and what is allowed.
 * Never the value: it may hold a password.
 */
export function invalidSetting(path: readonly string[], complaint: string): RollcallError {
  const setting = path.join('.');
  const variable = environmentVariable(path);
  const name = variable === undefined ? setting : `${variable} (${setting} in config/*.yaml)`;
  return new RollcallError('misconfigured', 'config.invalid', `${name} ${complaint}`, {
    setting,
    ...(variable === undefined ? {} : { variable }),
  });
}

/** The error about the first setting a schema found wrong. */
export function invalidSettings(schema: z.ZodType, error: z.ZodError): RollcallError {
  const issue = error.issues[0];
  // The place in a list is left out: the environment variable holds the whole list.
  const path = issue?.path.filter((key) => typeof key === 'string') ?? [];
  if (issue?.code === 'unrecognized_keys') {
    return invalidSetting(
      [...path, ...issue.keys.slice(0, 1)],
      'is not a setting: see config/default.yaml for all of them',
    );
  }
  return invalidSetting(path, `must be ${allowed(schema, path)}`);
}

/** What the schema of the setting says is allowed. */
function allowed(schema: z.ZodType, path: readonly string[]): string {
  const [key, ...rest] = path;
  if (key !== undefined && schema instanceof z.ZodObject) {
    const member: unknown = schema.shape[key];
    return member instanceof z.ZodType ? allowed(member, rest) : 'a setting of config/default.yaml';
  }
  return schema.description ?? 'a group of settings as in config/default.yaml';
}

function environmentVariable(path: readonly string[]): string | undefined {
  let node: unknown = parse(readFileSync(join(PACKAGE_ROOT, 'config/custom-environment-variables.yaml'), 'utf8'));
  for (const key of path) {
    node =
      typeof node === 'object' && node !== null ? Object.entries(node).find(([name]) => name === key)?.[1] : undefined;
  }
  return typeof node === 'string' ? node : undefined;
}
