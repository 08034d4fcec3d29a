import {
  buildSchema,
  type DocumentNode,
  execute,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { z } from 'zod';
import { complexityOf } from './complexity.ts';
import { authenticate, type Caller, requireScope } from './grants.ts';
import { LinearError } from './linear-error.ts';
import { operationsFor } from './operations.ts';
import { schemaText } from './schema-text.ts';
import type { LinearWorld } from './world.ts';

const schema = buildSchema(schemaText);

const bodySchema = z.strictObject({
  query: z.string().min(1).max(50_000),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

export interface GraphqlBody {
  query: string;
  variables?: Record<string, unknown> | null | undefined;
  operationName?: string | null | undefined;
}

/** POST /graphql: who is it, is the query one of the schema's, what does it cost, then run it. */
export async function answerGraphql(
  world: LinearWorld,
  request: Request,
  origin: string,
): Promise<Response> {
  let caller: Caller | null = null;
  let cost: number | null = null;
  const headers = (): Record<string, string> =>
    caller ? world.meters.headers(caller.meter, cost) : {};
  try {
    if (request.method !== 'POST') throw badRequest('GraphQL queries are sent with POST.');
    caller = authenticate(world, request.headers.get('authorization'));
    const body = await readBody(request);
    const { document, operation } = readDocument(body);
    requireScope(caller, operation.operation === 'mutation' ? writeScope(operation) : 'read');
    cost = complexityOf(document, operation, body.variables ?? {});
    world.meters.take(caller.meter, cost);
    if (operation.operation === 'mutation') world.meters.mutations += 1;
    const result = await run(world, caller, document, body, origin);
    const status = result.errors?.some(isOurFault) ? 500 : 200;
    return Response.json(result, { status, headers: headers() });
  } catch (error) {
    if (error instanceof LinearError) return error.response(headers());
    throw error;
  }
}

/** What a person of the sandbox does on its pages, by the same way as a client. */
export async function runAs(
  world: LinearWorld,
  caller: Caller,
  body: GraphqlBody,
): Promise<{ data?: unknown; errors?: unknown[] }> {
  return run(world, caller, readDocument(body).document, body, world.at.publicOrigin);
}

async function run(
  world: LinearWorld,
  caller: Caller,
  document: DocumentNode,
  body: GraphqlBody,
  origin: string,
): Promise<{ data?: unknown; errors?: unknown[] }> {
  const { data, errors } = await execute({
    schema,
    document,
    rootValue: operationsFor(world, caller, origin),
    variableValues: body.variables ?? {},
    ...(body.operationName ? { operationName: body.operationName } : {}),
  });
  return {
    ...(errors ? { errors: errors.map(toLinear) } : {}),
    ...(data === undefined ? {} : { data: errors && isAllNull(data) ? null : data }),
  };
}

/** Webhooks need `admin`, which is checked where they are written. */
const writeScope = (operation: OperationDefinitionNode): 'write' | 'admin' =>
  operation.selectionSet.selections.every(
    (one) => one.kind === Kind.FIELD && one.name.value.startsWith('webhook'),
  )
    ? 'admin'
    : 'write';

async function readBody(request: Request): Promise<GraphqlBody> {
  if (!/^application\/json\b/.test(request.headers.get('content-type') ?? '')) {
    throw badRequest('The content type must be application/json.');
  }
  const text = await request.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw badRequest('The body is not JSON.');
  }
  const body = bodySchema.safeParse(json);
  if (!body.success) throw badRequest(z.prettifyError(body.error));
  return body.data;
}

function readDocument(body: GraphqlBody): {
  document: DocumentNode;
  operation: OperationDefinitionNode;
} {
  let document: DocumentNode;
  try {
    document = parse(body.query, { maxTokens: 5_000 });
  } catch (cause) {
    throw invalidQuery(cause instanceof Error ? cause.message : 'Syntax Error');
  }
  const [fault] = validate(schema, document);
  if (fault) throw invalidQuery(fault.message);
  const operations = document.definitions.filter(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  const operation = body.operationName
    ? operations.find((node) => node.name?.value === body.operationName)
    : operations.length === 1
      ? operations[0]
      : undefined;
  if (!operation || operation.operation === 'subscription') {
    throw invalidQuery('Must provide one query or mutation.');
  }
  return { document, operation };
}

const invalidQuery = (message: string): LinearError =>
  new LinearError('GRAPHQL_VALIDATION_FAILED', message);

const badRequest = (message: string): LinearError =>
  new LinearError('INPUT_ERROR', message, message, 400);

function toLinear(error: GraphQLError): Record<string, unknown> {
  const thrown = error.originalError;
  const cause = thrown instanceof GraphQLError ? undefined : thrown;
  if (cause instanceof LinearError) {
    return { message: cause.message, path: error.path, extensions: cause.extensions };
  }
  // Variables that do not fit are the caller's mistake; anything thrown on the way is ours.
  const code = cause ? 'INTERNAL_SERVER_ERROR' : 'INPUT_ERROR';
  if (cause) {
    process.stderr.write(`${JSON.stringify({ level: 'error', msg: cause.stack })}\n`);
  }
  const { extensions } = new LinearError(code, error.message);
  return { message: cause ? 'Internal server error' : error.message, path: error.path, extensions };
}

const isOurFault = (error: unknown): boolean =>
  JSON.stringify(error).includes('INTERNAL_SERVER_ERROR');

const isAllNull = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && Object.values(data).every((one) => one === null);
