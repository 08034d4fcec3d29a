import { z } from 'zod';
import type { JsonObject } from '#lib/core/index';
import type { CreateJob, PollJob, PushJob, RunJob } from '#lib/sync/index';

/** Jobs as sync's sweeps write them; a job of another shape is one of another version. */
const held = z.object({ workspaceId: z.uuid(), epoch: z.number().int() });
const push = held.extend({ linkId: z.uuid() });
const create = held.extend({ creationId: z.uuid() });
const poll = held.extend({ streamId: z.uuid() });
const run = held.extend({ runId: z.uuid() });

export const readPushJob = (payload: JsonObject): PushJob => push.parse(payload);
export const readCreateJob = (payload: JsonObject): CreateJob => create.parse(payload);
export const readPollJob = (payload: JsonObject): PollJob => poll.parse(payload);
export const readRunJob = (payload: JsonObject): RunJob => run.parse(payload);
