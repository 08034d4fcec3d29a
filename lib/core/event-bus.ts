import type { z } from 'zod';
import type { Clock } from './clock.ts';
import { type Envelope, type EnvelopeParts, envelopeSchema, newEnvelope } from './envelope.ts';

/** What may be said, by its type: `room.happened` and the shape of what it carries. */
export type EventTypes = Record<string, z.ZodType>;

export type DomainEvent<T extends EventTypes, N extends keyof T = keyof T> = {
  [K in N]: Omit<Envelope, 'type'> & { type: K; data: z.output<T[K]> };
}[N];
type AnyEvent = Envelope & { data: unknown };

/** Stands around the handlers of every event: may look, change what is passed on, or stop it. */
export type Middleware = (
  event: AnyEvent,
  next: (event: AnyEvent) => Promise<void>,
) => Promise<void>;

export interface EventBus<T extends EventTypes> {
  /** Answers how to stop hearing it. */
  subscribe<N extends keyof T & string>(
    type: N,
    handler: (event: DomainEvent<T, N>) => void | Promise<void>,
  ): () => void;
  /** Resolves when everybody has heard it. Never throws: what it tells of has happened already. */
  publish<N extends keyof T & string>(
    type: N,
    data: z.input<T[N]>,
    parts?: Pick<EnvelopeParts, 'cause' | 'headers'>,
  ): Promise<void>;
}

export interface EventBusOptions<T extends EventTypes> {
  types: T;
  /** Who says it: the process. */
  source: string;
  clock: Pick<Clock, 'now'>;
  /** The first one stands outermost. */
  middleware?: readonly Middleware[];
  /** An event that is not what its type says, or a handler that failed. */
  onFault: (error: unknown, event: { type: string; id: string }) => void;
}

/**
 * Tells parts of one process of what has happened, for work beside the point: figures, hints, notes.
 * It forgets when the process ends; what must not be lost is a row. An event of the wrong shape
 * reaches nobody, and a handler that fails keeps no other from hearing.
 */
export function createEventBus<T extends EventTypes>(options: EventBusOptions<T>): EventBus<T> {
  const handlers = new Map<string, Set<(event: never) => void | Promise<void>>>();

  const tellAll = async (event: AnyEvent): Promise<void> => {
    const told = [...(handlers.get(event.type) ?? [])].map(async (handler) => {
      await handler(event as never);
    });
    for (const result of await Promise.allSettled(told)) {
      if (result.status === 'rejected') options.onFault(result.reason, event);
    }
  };
  const chain = (options.middleware ?? []).reduceRight<(event: AnyEvent) => Promise<void>>(
    (next, middleware) => (event) => middleware(event, next),
    tellAll,
  );

  return {
    subscribe: (type, handler) => {
      const listening = handlers.get(type) ?? new Set();
      handlers.set(type, listening.add(handler));
      return () => {
        listening.delete(handler);
      };
    },
    publish: async (type, data, parts = {}) => {
      const envelope = newEnvelope(options.clock, {
        type,
        version: 1,
        source: options.source,
        ...parts,
      });
      try {
        await chain(validated(options.types, { ...envelope, data }));
      } catch (error) {
        options.onFault(error, envelope);
      }
    },
  };
}

/** Throws for a type nobody declared and for data of another shape. */
function validated(types: EventTypes, { data, ...envelope }: AnyEvent): AnyEvent {
  const shape = Object.hasOwn(types, envelope.type) ? types[envelope.type] : undefined;
  if (!shape) throw new Error(`Nobody declared the event ${envelope.type}.`);
  return { ...envelopeSchema.parse(envelope), data: shape.parse(data) };
}
