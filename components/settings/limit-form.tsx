'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import type { InboundLimit } from '@/lib/resilience/schema';
import { limitWords as text } from './limit-words';
import { useWrite } from './use-settings';

interface LimitFormProps {
  limit: InboundLimit;
  bounds: { least: number; most: number };
  onDone: () => void;
}

/** Another limit for this workspace, or the usual one again. */
export function LimitForm({ limit, bounds, onDone }: LimitFormProps) {
  const write = useWrite();
  const [amount, setAmount] = useState(String(limit.limit));
  const chosen = /^\d{1,8}$/.test(amount) ? Number(amount) : Number.NaN;
  const isWithin = chosen >= bounds.least && chosen <= bounds.most;
  const save = (next: number | null) =>
    write.mutate(
      { method: 'PUT', path: `/inbound-limits/${limit.name}`, json: { limit: next } },
      { onSuccess: onDone },
    );
  return (
    <form
      className="flex basis-full flex-wrap items-end gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (isWithin) save(chosen);
      }}
    >
      <Field
        label={text.amount(limit.window_seconds)}
        required
        hint={text.bounds(bounds)}
        error={isWithin ? undefined : text.bounds(bounds)}
        className="w-56"
      >
        {(control) => (
          <Input
            {...control}
            autoFocus
            inputMode="numeric"
            value={amount}
            onChange={(event) => setAmount(event.target.value)}
          />
        )}
      </Field>
      <span className="flex flex-wrap gap-2">
        <Button
          type="submit"
          variant="primary"
          size="sm"
          busy={write.isPending}
          disabled={!isWithin}
        >
          {text.save}
        </Button>
        {limit.limit !== limit.usual && (
          <Button size="sm" disabled={write.isPending} onClick={() => save(null)}>
            {text.back}
          </Button>
        )}
        <Button size="sm" variant="ghost" onClick={onDone}>
          {text.cancel}
        </Button>
      </span>
    </form>
  );
}
