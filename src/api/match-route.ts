import { Problem } from './problem.js';
import type { Method, Route } from './route.js';

/** A route that a request means, and the parameters in its path. */
export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

export interface Target {
  /** Upper case. */
  readonly method: string;
  /** The path and query of the request line. */
  readonly target: string;
}

interface Place {
  readonly segments: readonly string[];
  readonly routes: Map<string, Route>;
}

/** Where version 1 lies; another version would be another prefix. */
export const PREFIX = '/api/v1';

const ORIGIN = /^https?:\/\/[^/?]*/i;
const PARAMETER = /^\{(.+)\}$/;

/**
 * @throws Problem `route.unknown` (404), `route.method` (405 with Allow), `request.url` (400) for broken
 *   percent-encoding
 */
export function createMatchRoute(routes: readonly Route[]): (target: Target) => Match {
  const places = placesOf(routes);
  return ({ method, target }) => {
    const segments = segmentsOf(target);
    const found = places.find((place) => fits(place, segments));
    if (found === undefined) {
      throw new Problem(404, 'route.unknown', `There is nothing here; ${PREFIX}/openapi.json lists what there is.`);
    }
    const wanted: string = method === 'HEAD' ? 'GET' : method;
    const route = found.routes.get(wanted);
    if (route === undefined) {
      const allow = allowed([...found.routes.keys()]);
      throw new Problem(405, 'route.method', `This address takes ${allow} only.`, { allow });
    }
    return { route, params: paramsOf(found, segments) };
  };
}

/** Names for logs and metrics that no client can choose, e.g. `/api/v1/applications/{key}/activity`. */
export function routeName(route: Pick<Route, 'path'>): string {
  return `${PREFIX}${route.path}`;
}

function placesOf(routes: readonly Route[]): Place[] {
  const places = new Map<string, Place>();
  for (const route of routes) {
    const place = places.get(route.path) ?? { segments: split(routeName(route)), routes: new Map() };
    places.set(route.path, place);
    place.routes.set(route.method satisfies Method, route);
  }
  return [...places.values()];
}

/** Each name is decoded by itself, so that one may hold an encoded slash. */
function segmentsOf(target: string): string[] {
  // A proxy may send the absolute form (RFC 9112 section 3.2.2).
  const [path = ''] = (target.startsWith('/') ? target : target.replace(ORIGIN, '')).split('?', 1);
  try {
    return split(path).map((segment) => decodeURIComponent(segment));
  } catch {
    throw new Problem(400, 'request.url', 'The path of the URL is not valid percent-encoded UTF-8.');
  }
}

function split(path: string): string[] {
  return path.split('/').slice(1);
}

function fits({ segments }: Place, sent: readonly string[]): boolean {
  if (segments.length !== sent.length) return false;
  return segments.every((segment, index) => (PARAMETER.test(segment) ? sent[index] !== '' : segment === sent[index]));
}

function paramsOf({ segments }: Place, sent: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    segments.flatMap((segment, index) => {
      const name = PARAMETER.exec(segment)?.[1];
      return name === undefined ? [] : [[name, sent[index] ?? '']];
    }),
  );
}

/** What can be read can be asked for without its body (RFC 9110 section 9.3.2). */
function allowed(methods: readonly string[]): string {
  return methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
}
