import type { Route, World } from '../api/route.ts';

export interface Match<Of extends World> {
  readonly route: Route<Of>;
  readonly params: Readonly<Record<string, string>>;
}

/** Finds the method of the API that a request is for; undefined where there is none. */
export type Router<Of extends World> = (method: string, path: string) => Match<Of> | undefined;

export function createRouter<Of extends World>(routes: readonly Route<Of>[]): Router<Of> {
  const compiled = routes.map((route) => ({ route, pattern: patternOf(route.path) }));
  return (method, path) => {
    for (const { route, pattern } of compiled) {
      const match = route.method === method ? pattern.exec(path) : null;
      if (match === null) continue;
      const params = Object.entries(match.groups ?? {}).map(([name, value]) => [name, decode(value)]);
      return { route, params: Object.fromEntries(params) };
    }
    return undefined;
  };
}

/** `{name}` is one segment, `{+name}` the rest. */
export function patternOf(path: string): RegExp {
  const pattern = path
    .replaceAll('.', '\\.')
    .replaceAll(/\{(\+?)(\w+)\}/g, (_, rest: string, name: string) =>
      rest === '+' ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`,
    );
  return new RegExp(`^${pattern}$`);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
