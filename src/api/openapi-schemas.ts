import { z } from 'zod';

export type Json = Readonly<Record<string, unknown>>;

/** Where a schema that has a title stands once for all that refer to it. */
const referenceTo = (title: string): string => `#/components/schemas/${title}`;

const titleOf = (schema: z.core.$ZodType): string | undefined => z.globalRegistry.get(schema)?.title;

/** The schemas in answers that have a title, by it: `.meta({ title })`. */
export function titledSchemas(outputs: readonly (z.ZodType | null)[]): Record<string, Json> {
  const found = new Map<string, z.core.$ZodType>();
  for (const output of outputs) {
    if (output === null) continue;
    z.toJSONSchema(output, {
      io: 'output',
      override({ zodSchema }) {
        const title = titleOf(zodSchema);
        if (title !== undefined) found.set(title, zodSchema);
      },
    });
  }
  return Object.fromEntries([...found].map(([title, schema]) => [title, schemaOf(schema, 'output')]));
}

/** Without what is the same everywhere: an OpenAPI 3.1 document says the dialect once. */
export function schemaOf(schema: z.core.$ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-2020-12',
    io,
    override({ zodSchema, jsonSchema, path }) {
      const title = titleOf(zodSchema);
      if (title === undefined || path.length === 0) return;
      for (const name of Object.keys(jsonSchema)) delete jsonSchema[name as keyof typeof jsonSchema];
      jsonSchema.$ref = referenceTo(title);
    },
  });
  return rest;
}

/** The schema of an answer, or where it stands. */
export function answerSchema(output: z.ZodType): Json {
  const title = titleOf(output);
  return title === undefined ? schemaOf(output, 'output') : { $ref: referenceTo(title) };
}
