'use client';

import { useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { useSession } from '@/components/shell/use-session';
import { callApi, keys } from '@/lib/live/index';
import { streamSchema } from '@/lib/sync/schema';
import { Choices } from './choices';
import type { FieldsProps } from './destination-fields';
import { words } from './words';

const answerSchema = z.object({ data: z.array(streamSchema) });

/** The streams whose records alone are told of, whoever changed them; none chosen means all. */
export function OnlyStreams({ draft, change }: Pick<FieldsProps, 'draft' | 'change'>) {
  const { workspace } = useSession();
  const streams = useQuery({
    queryKey: keys.streams(workspace.id),
    queryFn: ({ signal }) =>
      callApi('/streams', {
        query: { workspace_id: workspace.id },
        schema: answerSchema,
        signal,
      }),
  });
  const rows = streams.data?.data ?? [];
  const known = new Set(rows.map(({ id }) => id));
  const gone = draft.streams.filter((id) => !known.has(id));
  if (!streams.data || rows.length + gone.length === 0) return null;
  return (
    <div className="grid gap-1">
      <Choices
        label={words.form.streams}
        options={[
          ...rows.map(({ id, name }) => ({ value: id, label: name })),
          ...gone.map((id) => ({ value: id, label: words.form.goneStream })),
        ]}
        chosen={draft.streams}
        onChange={(chosen) => change({ streams: chosen })}
      />
      <p className="text-dim text-meta">{words.form.streamsHint}</p>
    </div>
  );
}
