import type { Emulator } from '../emulator.ts';
import type { JsonObject, JsonValue } from '../state/json.ts';

export interface ControlCall {
  readonly params: Readonly<Record<string, string>>;
  readonly body: JsonObject;
  readonly query: URLSearchParams;
}

/** One request of the control API. */
export interface Control {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Below /__emu; `{name}` is one segment. */
  readonly path: string;
  readonly does: string;
  run(emulator: Emulator, call: ControlCall): object;
}

/** @throws Error where a text that is needed is missing */
export function text(body: JsonObject, name: string): string {
  const value = body[name];
  if (typeof value !== 'string' || value === '') throw new Error(`the body needs ${name}, a text`);
  return value;
}

/** @throws Error where a list of texts that is needed is missing */
export function texts(body: JsonObject, name: string): string[] {
  const value: JsonValue | undefined = body[name];
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw new Error(`the body needs ${name}, a list of texts`);
  }
  return value;
}

/** The body as the options of a call, held to the names that the call knows. @throws Error naming one that it does not */
export function options<Options extends object>(body: JsonObject, ...names: (keyof Options & string)[]): Options {
  for (const name of Object.keys(body)) {
    if (!(names as string[]).includes(name)) throw new Error(`there is no ${name}, but ${names.join(', ')}`);
  }
  return body as Options;
}
