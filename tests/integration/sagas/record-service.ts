import type { ConnectorApi, RemoteObject } from '#lib/connectors/protocol/index';
import { HubError, type JsonObject } from '#lib/core/index';
import type { Mortal } from './mortal.ts';

/** An object as a service has it. */
export interface Kept {
  id: number;
  /** The stream it is in. */
  place: string;
  title: string;
  state: 'open' | 'cancelled';
  changedMs: number;
}

/** Services that keep no keys and delete nothing, as GitHub: one for each stream. It outlives whoever calls. */
export class RecordService {
  readonly kept: Kept[] = [];
  /** Streams whose service makes nothing. */
  readonly refusing = new Set<string>();
  /** Answers of the next calls that make something get lost, by stream. */
  readonly losing = new Map<string, number>();
  /** Calls that are not what they should be. */
  spoil: Partial<ConnectorApi> = {};
  #nowMs = Date.parse('2026-11-22T08:00:00Z');

  tick(): number {
    this.#nowMs += 1_000;
    return this.#nowMs;
  }

  at(place: string): Kept[] {
    return this.kept.filter((one) => one.place === place);
  }

  make(place: string, title: string): Kept {
    const kept: Kept = {
      id: this.kept.length + 1,
      place,
      title,
      state: 'open',
      changedMs: this.tick(),
    };
    this.kept.push(kept);
    return kept;
  }

  show = (kept: Kept): RemoteObject => ({
    externalId: String(kept.id),
    externalKey: `#${kept.id}`,
    url: null,
    rank: kept.changedMs,
    rankIsExact: false,
    updatedAt: new Date(kept.changedMs).toISOString(),
    fields: { title: kept.title, state: kept.state },
    deleted: false,
    raw: { id: kept.id },
  });

  /** Its calls as somebody makes them who may die before or after each. */
  api = (mortal: Mortal): Partial<ConnectorApi> => ({
    create: (_ctx, _resource, scope, fields) =>
      mortal.call(async () => {
        const place = placeOf(scope);
        if (this.refusing.has(place)) {
          const details = { fields: [{ field: 'title', message: 'is not wanted here' }] };
          throw new HubError('provider.refused', 'The title is not wanted here.', { details });
        }
        const made = this.make(place, textOf(fields['title']));
        const lost = this.losing.get(place) ?? 0;
        if (lost > 0) {
          this.losing.set(place, lost - 1);
          throw new HubError('provider.timeout', undefined, { retry: 'later' });
        }
        return { object: this.show(made), ignored: [] };
      }),
    findCreated: (_ctx, _resource, scope, sent) =>
      mortal.call(async () =>
        this.at(placeOf(scope))
          .filter(({ title }) => title === sent.fields['title'])
          .map(this.show),
      ),
    takeBack: (_ctx, _resource, ref) =>
      mortal.call(async () => {
        const kept = this.find(ref.externalId);
        if (kept && kept.state !== 'cancelled') {
          kept.state = 'cancelled';
          kept.changedMs = this.tick();
        }
      }),
    read: (_ctx, _resource, ref) =>
      mortal.call(async () => {
        const kept = this.find(ref.externalId);
        return kept ? this.show(kept) : null;
      }),
    ...this.spoil,
  });

  find = (externalId: string): Kept | undefined =>
    this.kept.find(({ id }) => String(id) === externalId);
}

const placeOf = (scope: JsonObject): string => textOf(scope['owner']);

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
