import { z } from 'zod';
import type { Principal } from './access.ts';
import { ProviderError } from './provider-error.ts';
import type { RestAnswer } from './rest.ts';
import type { World } from './world.ts';

/**
 * Does what a person of the sandbox does, through the same routes and the same checks as a client
 * with a token; so everything that follows (webhooks, times, refusals) is the same too.
 */
export function actAs(
  world: World,
  login: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<RestAnswer> {
  const principal: Principal = { user: personOf(world, login), scopes: null };
  const url = new URL(path, 'http://sandbox.invalid');
  return world.rest.call({
    method,
    path: url.pathname,
    query: url.searchParams,
    body: body === undefined ? '' : JSON.stringify(body),
    principal,
    links: world.ownLinks,
  });
}

export function personOf(world: World, login: string): Principal['user'] {
  const user = world.tables.users.findOneBy('login', login);
  if (!user) throw new ProviderError(422, `The sandbox knows nobody called ${login}`);
  return user;
}

const refusalSchema = z.object({
  message: z.string(),
  errors: z
    .array(
      z.object({ field: z.string().optional(), message: z.string().optional(), code: z.string() }),
    )
    .default([]),
});

/** What GitHub said when it refused, in one line. */
export function refusalOf(answer: RestAnswer): string | null {
  if (answer.status < 400) return null;
  const body = refusalSchema.safeParse(answer.json);
  if (!body.success) return `status ${answer.status}`;
  const details = body.data.errors.map(({ field, message, code }) =>
    [field, message ?? code].filter(Boolean).join(': '),
  );
  return [body.data.message, ...details].join(' · ');
}
