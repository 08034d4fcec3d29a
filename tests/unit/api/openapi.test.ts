import { describe, expect, it } from 'vitest';
import { routes } from '#lib/api/index';
import { openApiDocument } from '#lib/api/openapi';
import { errorCodes } from '#lib/core/index';

interface Operation {
  operationId: string;
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
  parameters?: { name: string; in: string; required?: boolean }[];
  requestBody?: { content: Record<string, { schema: { properties?: object } }> };
}

const document = openApiDocument(routes) as unknown as {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
};
const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

describe('the OpenAPI document', () => {
  it('is 3.1 and holds every route', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(operations.map((one) => one.operationId).sort()).toEqual(
      routes.map(({ contract }) => contract.id).sort(),
    );
  });

  it.each(routes.map((route) => [route.contract.id, route.contract] as const))(
    '%s: parameters, body and answers are as the contract says',
    (id, contract) => {
      const operation = operations.find((one) => one.operationId === id);
      const named = [...contract.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const parameters = operation?.parameters ?? [];
      expect(parameters.filter((one) => one.in === 'path').map((one) => one.name)).toEqual(named);
      const takesBody = contract.body ?? (contract.passesOn && contract.method !== 'get');
      expect(operation?.requestBody !== undefined).toBe(Boolean(takesBody));
      const { status, media = 'application/json' } = contract.answer;
      const success = operation?.responses[String(status)];
      expect(success).toBeDefined();
      expect(Object.keys(success?.content ?? {})).toEqual(status === 204 ? [] : [media]);
      for (const code of contract.codes ?? []) {
        const answer = operation?.responses[String(errorCodes[code].status)];
        expect(answer?.content).toHaveProperty(['application/problem+json']);
      }
    },
  );
});
