'use client';

import { useMutation } from '@tanstack/react-query';
import type { Route } from 'next';
import Link from 'next/link';
import { useState } from 'react';
import { useConnections } from '@/components/connections/use-connections';
import { useProviderName } from '@/components/shell/use-provider-name';
import { useSession } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { RelativeTime } from '@/components/ui/relative-time';
import { Select } from '@/components/ui/select';
import { type Missing, type MissingCheck, missingSchema } from '@/lib/hub/schema';
import { callApi } from '@/lib/live/index';
import { historyWords } from './history-words';
import { guessName, type Naming } from './missing-name';

const words = historyWords.missing;

/** Looks for a thing by its name at its service, and says why it is not here. */
export function MissingDialog({ text, onClose }: { text: string; onClose: () => void }) {
  const { workspace } = useSession();
  const nameOf = useProviderName();
  const connections = useConnections();
  const [connection, setConnection] = useState<string | null>(null);
  const [name, setName] = useState(text);
  const [chosen, setChosen] = useState<Naming | null>(null);
  const naming = chosen ?? guessName(name);
  const options = (connections.data?.data ?? []).map((row) => ({
    value: row.id,
    label: `${nameOf(row.connector)} · ${row.account_name}`,
  }));
  const connectionId = connection ?? options[0]?.value;
  const find = useMutation({
    mutationFn: () =>
      callApi('/lineage/missing', {
        query: {
          workspace_id: workspace.id,
          connection_id: connectionId,
          [naming]: name.trim(),
        },
        schema: missingSchema,
      }),
  });
  const isReady = connectionId !== undefined && name.trim() !== '';
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={words.title}
      description={words.hint}
      footer={
        <>
          <Button onClick={onClose}>Close</Button>
          <Button
            variant="primary"
            busy={find.isPending}
            disabled={!isReady}
            onClick={() => find.mutate()}
          >
            {words.find}
          </Button>
        </>
      }
    >
      <form
        className="grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) find.mutate();
        }}
      >
        <Field marksOptional={false} label={words.name}>
          {(control) => (
            <Input
              {...control}
              value={name}
              placeholder={words.nameHint}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <div className="grid gap-3 sm:grid-cols-2">
          <Field marksOptional={false} label={words.connection}>
            {(control) => (
              <Select
                control={control}
                value={connectionId ?? null}
                options={options}
                placeholder={words.none}
                onValueChange={setConnection}
              />
            )}
          </Field>
          <Field marksOptional={false} label={words.kind}>
            {(control) => (
              <Select
                control={control}
                value={naming}
                options={(['url', 'external_key', 'external_id'] as const).map((value) => ({
                  value,
                  label: words.kinds[value],
                }))}
                onValueChange={setChosen}
              />
            )}
          </Field>
        </div>
      </form>
      {find.error && (
        <Notice tone="bad" title={words.failed} className="mt-4" live>
          {find.error.message}
        </Notice>
      )}
      {find.data && <MissingAnswer missing={find.data} />}
    </Dialog>
  );
}

/** The reason, where to go from it, and what else was found. */
export function MissingAnswer({ missing: { answer, others } }: { missing: Missing }) {
  return (
    <div role="status" className="mt-4 grid gap-3">
      <Notice tone="accent" title={answer.text}>
        <CheckLinks check={answer} />
      </Notice>
      {others.length > 0 && (
        <div>
          <h3 className="mb-1 font-medium text-meta text-mut">{words.also}</h3>
          <ul className="grid gap-1.5">
            {others.map((check) => (
              <li key={`${check.code} ${check.text}`} className="text-mut">
                {check.text} <CheckLinks check={check} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

function CheckLinks({ check: { refs, at } }: { check: MissingCheck }) {
  const { home } = useSession();
  const target = refs.record_id
    ? { href: `records?record=${refs.record_id}`, text: words.open }
    : refs.inbox_event_id
      ? { href: `inbox?event=${refs.inbox_event_id}`, text: words.event }
      : refs.run_id
        ? { href: `runs/${refs.run_id}`, text: words.run }
        : { href: `connections/${refs.connection_id ?? ''}`, text: words.connectionLink };
  return (
    <span className="inline-flex flex-wrap gap-x-3 text-meta">
      <Link href={`${home}/${target.href}` as Route} className="text-accent hover:underline">
        {target.text}
      </Link>
      {at && <RelativeTime value={at} className="text-dim" />}
    </span>
  );
}
