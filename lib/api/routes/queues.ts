import { z } from 'zod';
import {
  instanceQueueSchema,
  owedSchema,
  redrivenSchema,
  redriveSchema,
  ruleQueueSchema,
} from '#lib/queue/schema';
import { route } from '../contract.ts';
import { listOf, nothing, workspaceQuery } from '../shapes.ts';

const tag = 'hub';
const params = z.strictObject({ queue: z.string().min(1).max(40) });

export const queueRoutes = [
  route(
    {
      id: 'getQueues',
      tag,
      summary: 'What a workspace is owed by queue, and what of it keeps failing',
      method: 'get',
      path: '/system/queues',
      access: 'viewer',
      place: { about: 'workspace' },
      query: workspaceQuery,
      answer: { status: 200, schema: owedSchema },
    },
    async ({ hub, session, workspaceId }) => hub.queues.ofWorkspace(session, { workspaceId }),
  ),
  route(
    {
      id: 'listInstanceQueues',
      tag,
      summary: 'The queues of the whole instance: depth, age, what runs and why keys fail',
      method: 'get',
      path: '/system/instance-queues',
      access: 'instance_owner',
      place: { about: 'caller' },
      answer: { status: 200, schema: listOf(instanceQueueSchema) },
    },
    async ({ hub, session }) => ({
      data: await hub.queues.ofInstance(session),
      next_cursor: null,
    }),
  ),
  route(
    {
      id: 'ruleQueue',
      tag,
      summary: 'Let a queue rest or go on; rows of one that rests wait',
      method: 'patch',
      path: '/system/instance-queues/{queue}',
      access: 'instance_owner',
      place: { about: 'caller' },
      params,
      body: ruleQueueSchema,
      answer: { status: 204, schema: nothing },
    },
    async ({ hub, session, params: { queue }, body }) =>
      hub.queues.rule(session, queue, body.paused),
  ),
  route(
    {
      id: 'redriveQueue',
      tag,
      summary: 'Try again now what keeps failing in a queue: one key, or all',
      method: 'post',
      path: '/system/instance-queues/{queue}/redrive',
      access: 'instance_owner',
      place: { about: 'caller' },
      params,
      body: redriveSchema,
      answer: { status: 200, schema: redrivenSchema },
    },
    async ({ hub, session, params: { queue }, body }) => ({
      redriven: await hub.queues.redrive(session, queue, body.key),
    }),
  ),
];
