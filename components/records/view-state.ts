'use client';

import { useUrlQuery } from '@/components/shell/use-url-query';
import { type Kind, kinds } from '@/lib/kinds/index';

/** What the Records page shows, all of it in the URL, so that a reload or a link shows the same. */
export interface RecordView {
  kind: Kind;
  q: string;
  state: string | undefined;
  connection: string | undefined;
  label: string | undefined;
  assignee: string | undefined;
  sort: string;
  record: string | undefined;
  tab: string;
}

const defaults: Partial<RecordView> = { kind: 'task', sort: '-updated_at', tab: 'journey' };

export const noFilters = {
  q: '',
  state: undefined,
  connection: undefined,
  label: undefined,
  assignee: undefined,
} satisfies Partial<RecordView>;

export function readView(params: URLSearchParams): RecordView {
  const get = (name: string) => params.get(name) ?? undefined;
  const kind = kinds.find((one) => one === params.get('kind'));
  return {
    kind: kind ?? 'task',
    q: get('q') ?? '',
    state: get('state'),
    connection: get('connection'),
    label: get('label'),
    assignee: get('assignee'),
    sort: get('sort') ?? '-updated_at',
    record: get('record'),
    tab: get('tab') ?? 'journey',
  };
}

export function useRecordView(): [RecordView, (change: Partial<RecordView>) => void] {
  const [params, write] = useUrlQuery();
  const change = (next: Partial<RecordView>): void =>
    // What is at its default is left out of the address.
    write(
      Object.fromEntries(
        Object.entries(next).map(([name, value]) => [
          name,
          value === defaults[name as keyof RecordView] ? undefined : value,
        ]),
      ),
    );
  return [readView(params), change];
}
