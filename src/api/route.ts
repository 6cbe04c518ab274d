import type { z } from 'zod';
import { APPLICATION_SCOPES, type AuthenticatedApplication } from '../connections/index.js';
import { parseInput, type RawInput } from './parse-input.js';

/** What a caller must be allowed; `public` needs no token. */
export const PERMISSIONS = [...APPLICATION_SCOPES, 'public'] as const;

export type Permission = (typeof PERMISSIONS)[number];

export type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';

/** Who asks; `undefined` where the route is public. */
export type CallerOf<Needed extends Permission> = Needed extends 'public' ? undefined : AuthenticatedApplication;

export interface RouteContext<Needed extends Permission> {
  readonly caller: CallerOf<Needed>;
  readonly correlationId: string;
}

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
type Answered<Schema extends BodySchema> = Schema extends z.ZodType ? z.input<Schema> : undefined;

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
}

/** A declaration as the frame runs it. */
export interface Route extends Declared<Permission>, Schemas<ObjectSchema, ObjectSchema, BodySchema, BodySchema> {
  /** Parses the input, runs the route and gives what it answers. @throws Problem `request.invalid` */
  answer(
    input: RawInput,
    context: { caller: AuthenticatedApplication | undefined; correlationId: string },
  ): Promise<unknown>;
}

/** The one way to declare a route: everything about it stands in one place, and the compiler holds it to its schemas. */
export function route<
  Params extends ObjectSchema,
  Query extends ObjectSchema,
  const Body extends BodySchema,
  const Output extends BodySchema,
  const Needed extends Permission,
>(declaration: RouteDeclaration<Params, Query, Body, Output, Needed>): Route {
  const { run, ...declared } = declaration;
  return {
    ...declared,
    async answer(input, { caller, correlationId }) {
      const parsed = await parseInput(declared, input);
      // The frame lets nobody in who lacks the permission, so there is a caller where one is needed.
      const context = { caller: caller as CallerOf<Needed>, correlationId };
      return run(parsed as RouteInput<Params, Query, Body>, context);
    },
  };
}
