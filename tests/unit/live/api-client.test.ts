import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ApiProblem, callApi } from '#lib/live/api-client';

const origin = 'http://hub.test';
const server = setupServer();
const realFetch = globalThis.fetch;

beforeAll(() => {
  server.listen({ onUnhandledFrame: 'error' });
  // In a browser paths are relative to the page; Node has no page.
  const intercepted = globalThis.fetch;
  globalThis.fetch = (input, init) =>
    intercepted(typeof input === 'string' ? new URL(input, origin) : input, init);
});
afterEach(() => server.resetHandlers());
afterAll(() => {
  server.close();
  globalThis.fetch = realFetch;
});

const problem = async (call: Promise<unknown>): Promise<ApiProblem> => {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApiProblem)) throw new Error('no problem was thrown');
  return error;
};

describe('callApi', () => {
  it('leaves empty query values out and reads what the schema says', async () => {
    let asked = '';
    server.use(
      http.get(`${origin}/api/v1/records`, ({ request }) => {
        asked = new URL(request.url).search;
        return HttpResponse.json({ data: [1, 2], extra: true });
      }),
    );
    const answer = await callApi('/records', {
      query: { q: '', state: undefined, limit: 5 },
      schema: z.object({ data: z.array(z.number()) }),
    });
    expect(answer).toEqual({ data: [1, 2] });
    expect(asked).toBe('?limit=5');
  });

  it('takes a rule’s map of fields as faults of those fields', () => {
    const error = new ApiProblem(422, {
      title: 'A field has a value that cannot be taken',
      fields: { state: 'takes open, done', odd: 7 },
    });
    expect(error.errors).toEqual([{ field: 'state', reason: 'takes open, done' }]);
    expect(error.reason).toBe('takes open, done');
    expect(new ApiProblem(503, { title: 'Away' }).reason).toBe('Away');
  });

  it('turns a problem into an error with code, fields and request id', async () => {
    server.use(
      http.patch(`${origin}/api/v1/records/x`, () =>
        HttpResponse.json(
          {
            title: 'Invalid',
            code: 'request.invalid',
            detail: 'data.title is too long',
            request_id: 'r1',
            errors: [{ field: 'data.title', reason: 'too long' }],
          },
          { status: 400 },
        ),
      ),
    );
    const error = await problem(
      callApi('/records/x', { method: 'PATCH', json: {}, schema: z.unknown() }),
    );
    expect(error).toMatchObject({
      status: 400,
      code: 'request.invalid',
      requestId: 'r1',
      isTransient: false,
      message: 'data.title is too long',
    });
    expect(error.errors).toEqual([{ field: 'data.title', reason: 'too long' }]);
  });

  it.each([429, 500, 503])('counts %i as passing', async (status) => {
    server.use(http.get(`${origin}/api/v1/board`, () => new HttpResponse('<html>', { status })));
    expect((await problem(callApi('/board', { schema: z.unknown() }))).isTransient).toBe(true);
  });

  it('says that the hub cannot be reached when there is no answer at all', async () => {
    server.use(http.get(`${origin}/api/v1/board`, () => HttpResponse.error()));
    expect(await problem(callApi('/board', { schema: z.unknown() }))).toMatchObject({
      status: 0,
      isTransient: true,
    });
  });

  it('answers 204 with nothing', async () => {
    server.use(
      http.delete(`${origin}/api/v1/sessions/1`, () => new HttpResponse(null, { status: 204 })),
    );
    expect(
      await callApi('/sessions/1', { method: 'DELETE', schema: z.undefined() }),
    ).toBeUndefined();
  });
});
