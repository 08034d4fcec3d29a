import { z } from 'zod';
import {
  type Clock,
  type Envelope,
  envelopeSchema,
  type JsonObject,
  newEnvelope,
} from '#lib/core/index';
import type { QueueName } from './queue-table.ts';

/** Who puts jobs into the queue: workers, from rows. */
const source = 'worker';
/** Set when the key of the job failed the last time: then its success has something to clear. */
const failingHeader = 'failing';

export interface NewJob {
  /** Ids only; a secret has no business in a job. */
  payload: JsonObject;
  /** Jobs of one key run one at a time, in the order sent. */
  key?: string;
  /** Whose work it is; workspaces have their turn. */
  workspaceId?: string | null | undefined;
  /** The id of what began all this; the same in every log line of it. Without it the key, if that is an id. */
  correlation?: string | undefined;
  /** Within its queue, larger first; never reorders within a key. */
  priority?: number;
  startAfterMs?: number;
}

const dataSchema = z.object({
  envelope: envelopeSchema,
  payload: z.record(z.string(), z.json()),
  key: z.string().nullable(),
  workspace_id: z.uuid().nullable(),
});
export type JobData = z.infer<typeof dataSchema>;

/** What a failure of the job is kept under. */
export const failureKey = (job: Pick<NewJob, 'key' | 'correlation'>): string | null =>
  job.key ?? job.correlation ?? null;

const uuid = z.uuid();
const idOf = (text: string | undefined): string | undefined =>
  uuid.safeParse(text).success ? text : undefined;

export function writeJobData(
  clock: Clock,
  name: QueueName,
  job: NewJob,
  isFailing: boolean,
): JobData {
  const began = idOf(job.correlation) ?? idOf(job.key);
  return {
    envelope: newEnvelope(clock, {
      type: `queue.${name}`,
      version: 1,
      source,
      cause: began ? { id: began, correlation: began } : undefined,
      headers: isFailing ? { [failingHeader]: 'yes' } : {},
    }),
    payload: job.payload,
    key: failureKey(job),
    workspace_id: job.workspaceId ?? null,
  };
}

export const isFailing = (envelope: Envelope): boolean => failingHeader in envelope.headers;

/** Jobs of an earlier release are their payload and nothing else; they are done all the same. */
export function readJobData(name: string, job: { id: string; data: JsonObject }): JobData {
  if (!('envelope' in job.data)) {
    const envelope = {
      id: job.id,
      type: `queue.${name}`,
      version: 1,
      source,
      at: new Date().toISOString(),
      correlation: job.id,
      causation: null,
      reply_to: null,
      headers: {},
    };
    return { envelope, payload: job.data, key: null, workspace_id: null };
  }
  return dataSchema.parse(job.data);
}
