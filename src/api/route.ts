import type { z } from 'zod';
import type { Administration } from '../administration/index.js';
import {
  API_SCOPES,
  APPLICATION_SCOPES,
  type ApiCaller,
  type ApplicationScope,
  type AuthenticatedApplication,
  type AuthenticatedProgram,
} from '../connections/index.js';
import type { ApiServices } from './api-services.js';
import { parseInput, type RawInput } from './parse-input.js';

/**
 * What a caller must be allowed: of applications about themselves, or of administrators' programs. `public` needs no
 * token.
 */
export const PERMISSIONS = [...APPLICATION_SCOPES, ...API_SCOPES, 'public'] as const;

export type Permission = (typeof PERMISSIONS)[number];

export type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';

/** What the frame knows of a request. */
export interface AnyContext {
  readonly caller: ApiCaller | undefined;
  /** There for whoever acts as an administrator. */
  readonly administration: Administration | undefined;
  /** The header If-Match. */
  readonly ifMatch: string | undefined;
  readonly correlationId: string;
  /** For routes that need no token; the others have them in `administration`. */
  readonly services: ApiServices;
}

interface ApplicationContext extends AnyContext {
  readonly caller: AuthenticatedApplication;
}

/** Of a route that administrators use. */
export interface AdministratorContext extends AnyContext {
  readonly caller: AuthenticatedProgram;
  readonly administration: Administration;
}

export type RouteContext<Needed extends Permission> = Needed extends 'public'
  ? AnyContext
  : Needed extends ApplicationScope
    ? ApplicationContext
    : AdministratorContext;

/** A problem that the route itself has, besides those that any route can have. */
export interface DeclaredProblem {
  readonly status: number;
  readonly code: string;
  readonly description: string;
}

/**
 * What a route leaves in the provisioning log: an action, `null` where it only reads, or why it writes without an entry.
 */
export type LogAction = string | null | { readonly notLogged: string };

interface Declared<Needed extends Permission> {
  readonly method: Method;
  /** Below /api/v1, parameters in braces: `/applications/{key}`. */
  readonly path: `/${string}`;
  /** The name of the operation in OpenAPI. */
  readonly id: string;
  readonly tag: string;
  /** Half a line. */
  readonly summary: string;
  readonly description: string;
  readonly permission: Needed;
  readonly log: LogAction;
  /** Of the answer when all went well. */
  readonly status: 200 | 201 | 204;
  /** The answer goes on: `output` is what each of its events carries. */
  readonly events?: boolean;
  /** Whether it takes If-Match; one that does not, refuses it. False unless said otherwise. */
  readonly conditional?: boolean;
  readonly problems: readonly DeclaredProblem[];
}

/** The schemas of what comes in and goes out; null: there is none. */
interface Schemas<Params, Query, Body, Output> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly output: Output;
}

type ObjectSchema = z.ZodObject;
type BodySchema = z.ZodType | null;

type Parsed<Schema extends BodySchema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type Answered<Schema extends BodySchema> = Schema extends z.ZodType ? Sendable<z.input<Schema>> : undefined;

/** What JSON.stringify makes a value of that type of. */
export type Sendable<Value> = Value extends string
  ? string extends Value
    ? string | Date
    : Value
  : Value extends readonly (infer Item)[]
    ? readonly Sendable<Item>[]
    : Value extends object
      ? { readonly [Name in keyof Value]: Sendable<Value[Name]> }
      : Value;

export interface RouteInput<Params extends ObjectSchema, Query extends ObjectSchema, Body extends BodySchema> {
  readonly params: z.output<Params>;
  readonly query: z.output<Query>;
  readonly body: Parsed<Body>;
}

export interface RouteDeclaration<
  Params extends ObjectSchema,
  Query extends ObjectSchema,
  Body extends BodySchema,
  Output extends BodySchema,
  Needed extends Permission,
> extends Declared<Needed>,
    Schemas<Params, Query, Body, Output> {
  run(input: RouteInput<Params, Query, Body>, context: RouteContext<Needed>): Promise<Answered<Output>>;
  /** The entity tag of an answer, for routes about something that can be changed. */
  etag?(answered: Answered<Output>): string;
}

export interface EventRouteDeclaration<
  Params extends ObjectSchema,
  Query extends ObjectSchema,
  Output extends z.ZodType,
  Needed extends Permission,
> extends Omit<Declared<Needed>, 'method' | 'log' | 'status' | 'events' | 'conditional'>,
    Pick<Schemas<Params, Query, null, Output>, 'params' | 'query' | 'output'> {
  /** Gives events as they happen, and undefined again and again while nothing does. */
  run(
    input: Omit<RouteInput<Params, Query, null>, 'body'>,
    context: RouteContext<Needed>,
  ): Promise<AsyncIterable<Answered<Output> | undefined>>;
}

/** A declaration as the frame runs it. */
export interface Route extends Declared<Permission>, Schemas<ObjectSchema, ObjectSchema, BodySchema, BodySchema> {
  /** Parses the input, runs the route and gives what it answers: events, or one thing. @throws Problem `request.invalid` */
  answer(input: RawInput, context: AnyContext): Promise<unknown>;
  /** @param answered what `answer` gave */
  etag?(answered: unknown): string;
}

/** Whether a repetition must not do again what the first request did. */
export function isKeyed({ method, log }: Pick<Route, 'method' | 'log'>): boolean {
  return method === 'POST' && typeof log === 'string';
}

/** The one way to declare a route: everything about it stands in one place, and the compiler holds it to its schemas. */
export function route<
  Params extends ObjectSchema,
  Query extends ObjectSchema,
  const Body extends BodySchema,
  const Output extends BodySchema,
  const Needed extends Permission,
>(declaration: RouteDeclaration<Params, Query, Body, Output, Needed>): Route {
  const { run, etag, ...declared } = declaration;
  return {
    ...declared,
    async answer(input, context) {
      const parsed = await parseInput(declared, input);
      // The frame lets nobody in who lacks the permission, so there is a caller of the right kind where one is needed.
      return run(parsed as RouteInput<Params, Query, Body>, context as RouteContext<Needed>);
    },
    ...(etag === undefined ? {} : { etag: (answered: unknown) => etag(answered as Answered<Output>) }),
  };
}

/** Declares a route that tells what happens until it is over (server-sent events, WHATWG HTML section 9.2). */
export function eventRoute<
  Params extends ObjectSchema,
  Query extends ObjectSchema,
  const Output extends z.ZodType,
  const Needed extends Permission,
>(declaration: EventRouteDeclaration<Params, Query, Output, Needed>): Route {
  const { run, ...described } = declaration;
  const declared = { ...described, method: 'GET', log: null, status: 200, body: null, events: true } as const;
  return {
    ...declared,
    async answer(input, context) {
      const parsed = await parseInput(declared, input);
      return run(parsed as RouteInput<Params, Query, null>, context as RouteContext<Needed>);
    },
  };
}
