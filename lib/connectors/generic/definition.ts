import { z } from 'zod';
import type { DefinedStream } from '#lib/connectors/protocol/index';
import { HubError, type JsonObject } from '#lib/core/index';
import { fieldsOf, type Kind, taskStates } from '#lib/kinds/index';
import { pathPattern } from './json-path.ts';

/** A place in a JSON value, as people write it. */
export const jsonPath = z.string().max(200).regex(pathPattern, 'is no path such as data.items');
const parameter = z
  .string()
  .max(60)
  .regex(/^[A-Za-z0-9_.[\]-]+$/, 'is no name of a parameter');
const size = z.number().int().min(1).max(1_000);
/** Below the base address; what could climb out of it or carry a query is none. */
const urlPath = z
  .string()
  .max(300)
  .regex(/^\/(?!\/)[A-Za-z0-9._~/{}-]*$/, 'begins with a slash and has no query')
  .refine((path) => !path.split('/').includes('..'), 'must not climb');

/** What people say in the form, and what a stream's scope then is. */
export const definitionSchema = z.strictObject({
  title: z.string().trim().min(1).max(120),
  path: urlPath,
  query: z.record(parameter, z.string().max(200)).default({}),
  /** Where the list stands in an answer; empty when the answer is the list. */
  items: jsonPath,
  id: jsonPath.min(1, 'is missing'),
  /** When the object last changed; without it the newest reading wins. */
  updated_at: jsonPath.nullable().default(null),
  /** One object: `/items/{id}`. Without it the list is searched. */
  item_path: urlPath
    .refine((path) => path.includes('{id}'), 'must hold {id}')
    .nullable()
    .default(null),
  paging: z
    .discriminatedUnion('style', [
      z.strictObject({ style: z.literal('none') }),
      z.strictObject({
        style: z.literal('page'),
        parameter,
        size_parameter: parameter.nullable().default(null),
        size,
        first: z.number().int().min(0).max(1).default(1),
      }),
      z.strictObject({
        style: z.literal('offset'),
        parameter,
        size_parameter: parameter.nullable().default(null),
        size,
      }),
      z.strictObject({ style: z.literal('cursor'), parameter, next: jsonPath.min(1) }),
      z.strictObject({ style: z.literal('link') }),
    ])
    .default({ style: 'none' }),
  /** How the list is asked for what has changed since a moment; null: it is read whole. */
  since: z
    .strictObject({ parameter, format: z.enum(['iso', 'epoch_s']) })
    .nullable()
    .default(null),
  /** Canonical field → where it stands in an object. */
  fields: z.record(z.string().max(40), jsonPath.min(1)),
  /** What the service's words for a state mean. */
  states: z.record(z.string().max(80), z.enum(taskStates)).default({}),
});
export type Definition = z.infer<typeof definitionSchema>;

const kindsByResource: Record<string, Kind> = {
  tasks: 'task',
  contacts: 'contact',
  payments: 'payment',
  messages: 'message',
};

export const kindOf = (resource: string): Kind => {
  const kind = Object.hasOwn(kindsByResource, resource) ? kindsByResource[resource] : undefined;
  if (!kind) throw new HubError('request.invalid', `There is no ${resource} here.`);
  return kind;
};

export const readDefinition = (scope: JsonObject): Definition => definitionSchema.parse(scope);

/** Checks what was filled in; every fault names its place in the form. */
export function defineStream(resource: string, given: JsonObject): DefinedStream {
  const kind = kindOf(resource);
  const read = definitionSchema.safeParse(given);
  const faults = read.success
    ? unknownFields(kind, read.data)
    : read.error.issues.map(({ path, message }) => ({
        field: ['definition', ...path].join('.'),
        reason: message,
      }));
  if (!read.success || faults.length > 0) {
    throw new HubError('request.invalid', 'The definition cannot be taken as it is.', {
      details: { errors: faults },
    });
  }
  const { title, path, query } = read.data;
  const search = new URLSearchParams(query).toString();
  return {
    key: search === '' ? path : `${path}?${search}`.slice(0, 400),
    title,
    scope: JSON.parse(JSON.stringify(read.data)) as JsonObject,
  };
}

export function unknownFields(kind: Kind, { fields }: Pick<Definition, 'fields'>) {
  const known = Object.keys(fieldsOf(kind));
  const faults = Object.keys(fields)
    .filter((field) => !known.includes(field))
    .map((field) => ({
      field: `definition.fields.${field}`,
      reason: `is no field of a ${kind}: ${known.join(', ')}`,
    }));
  if (faults.length > 0 || Object.keys(fields).length > 0) return faults;
  return [{ field: 'definition.fields', reason: 'names no field' }];
}
