import type { JsonObject } from '#lib/core/index';
import type { Tx } from '#lib/db/index';
import type { StepRule } from './decide.ts';

/** What a step is told. */
export interface StepContext {
  workspaceId: string;
  connectionId: string | null;
  sagaId: string;
  subject: string;
  requestedBy: string | null;
  input: JsonObject;
  /** What the steps before it left, by name. */
  outputs: Readonly<Record<string, JsonObject>>;
  /** Why those that failed did, by name. */
  faults: Readonly<Record<string, { code: string; message: string }>>;
  /** Its own, when it completed: for its compensation. */
  output: JsonObject | null;
  /** From 1. Above it, an earlier try may have done everything but say so. */
  attempt: number;
  /** The same for every try of this step of this saga: a service that takes such keys acts once. */
  key: string;
  signal: AbortSignal;
}

export type StepResult =
  | {
      output?: JsonObject;
      /** One sentence for the timeline. */
      note?: string;
      /** The steps behind it have become pointless: the saga is complete. */
      isLast?: boolean;
    }
  /** Nothing is wrong, but what it waits for is not there yet: asked again after so many ms. */
  | { waitMs: number; note?: string };

type Work =
  /** Calls services. Must be repeatable: a crash after it and before its event does it again. */
  | { act(context: StepContext): Promise<StepResult> }
  /** Rows of ours only: written in the transaction of the step's own event, so exactly once. */
  | { write(tx: Tx, context: StepContext): Promise<StepResult> };

export type SagaStep = Omit<StepRule, 'canCompensate'> &
  Work & {
    /** One try; what takes longer waits. */
    timeoutMs: number;
    /**
     * Takes back what the step did or may have done. Must be repeatable and must do nothing where
     * nothing was done. Answers a sentence for the timeline.
     */
    compensate?(context: StepContext): Promise<{ note?: string }>;
  };

export interface SagaDefinition {
  kind: string;
  steps: readonly SagaStep[];
}

export const ruleOf = (step: SagaStep): StepRule => ({
  ...step,
  canCompensate: step.compensate !== undefined,
});
