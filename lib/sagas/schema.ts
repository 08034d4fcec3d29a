import { z } from 'zod';

export const sagaStates = [
  'pending',
  'running',
  'completed',
  'failed',
  'compensating',
  'compensated',
] as const;

/** running: in somebody's hands, or in those of a worker that died. waiting: for something else. */
export const stepStates = [
  'pending',
  'running',
  'waiting',
  'completed',
  'failed',
  'skipped',
] as const;
export const compensationStates = ['running', 'completed', 'failed'] as const;

export const sagaFaultSchema = z.object({ code: z.string(), message: z.string() });

export const sagaStepSchema = z.object({
  name: z.string(),
  state: z.enum(stepStates),
  /** How often it was begun. */
  attempts: z.number().int(),
  /** What came of it, or what it waits for, in one sentence. */
  note: z.string().nullable(),
  error: sagaFaultSchema.nullable(),
  began_at: z.iso.datetime().nullable(),
  ended_at: z.iso.datetime().nullable(),
  /** When it is tried again after a fault. */
  next_attempt_at: z.iso.datetime().nullable(),
  /** Taking back what it did; null where nothing was taken back. */
  compensation: z
    .object({
      state: z.enum(compensationStates),
      attempts: z.number().int(),
      note: z.string().nullable(),
      error: sagaFaultSchema.nullable(),
      began_at: z.iso.datetime().nullable(),
      ended_at: z.iso.datetime().nullable(),
    })
    .nullable(),
});

/** A saga as its events tell it. */
export const sagaSchema = z.object({
  id: z.uuid(),
  kind: z.string(),
  /** What it is about (a stream, a connection). */
  subject: z.uuid(),
  state: z.enum(sagaStates),
  steps: z.array(sagaStepSchema),
  created_at: z.iso.datetime(),
  finished_at: z.iso.datetime().nullable(),
});
export type Saga = z.infer<typeof sagaSchema>;
export type SagaState = Saga['state'];
