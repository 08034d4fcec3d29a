import { z } from 'zod';
import { sandboxStateSchema } from '#lib/hub/schema';
import { route } from '../contract.ts';
import { workspaceQuery } from '../shapes.ts';

const tag = 'sandbox';
const here = { about: 'workspace' } as const;
const query = workspaceQuery.extend({
  /** Whose double is meant. */
  connector: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,39}$/)
    .default('github'),
});
/** Actions a second when nobody says. */
const usualRate = 1;

export const sandboxRoutes = [
  route(
    {
      id: 'getSandbox',
      tag,
      summary: 'The sandbox, while it is on',
      method: 'get',
      path: '/sandbox',
      access: 'viewer',
      place: here,
      sandboxOnly: true,
      query,
      answer: { status: 200, schema: sandboxStateSchema },
    },
    async ({ hub, origin, query: { connector } }) => hub.sandbox.read({ origin, connector }),
  ),
  route(
    {
      id: 'setSandboxActivity',
      tag,
      summary: 'Let people be busy in the sandbox, or stop them',
      method: 'post',
      path: '/sandbox/activity',
      access: 'editor',
      place: here,
      sandboxOnly: true,
      query,
      body: z.strictObject({
        action: z.enum(['start', 'stop']),
        rate: z.number().positive().max(50).default(usualRate),
      }),
      answer: { status: 200, schema: sandboxStateSchema.shape.activity },
    },
    async ({ hub, body, query: { connector } }) =>
      body.action === 'start'
        ? hub.sandbox.start({ connector, rate: body.rate })
        : hub.sandbox.stop({ connector }),
  ),
];
