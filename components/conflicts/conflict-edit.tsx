'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Select } from '@/components/ui/select';
import { Textarea } from '@/components/ui/textarea';
import { limits } from '@/lib/core/index';
import type { Conflict } from '@/lib/records/schema';
import { draftOf, parseDraft, shapeOf, stateChoices, type Written } from './conflict-view';
import { words } from './words';

interface EditProps {
  conflict: Conflict;
  onSave: (value: Written) => void;
  onCancel: () => void;
}

/** A value that is neither side's, begun from ours. */
export function ConflictEdit({ conflict, onSave, onCancel }: EditProps) {
  const shape = shapeOf(conflict);
  const [draft, setDraft] = useState(() => draftOf(shape, conflict.local));
  const value = parseDraft(conflict, draft);
  const save = () => {
    if (value !== undefined) onSave(value);
  };
  return (
    <form
      className="grid gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') {
          event.stopPropagation();
          onCancel();
        }
        if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) save();
      }}
    >
      <Field
        marksOptional={false}
        label={words.edit.label(conflict.field.replaceAll('_', ' '))}
        hint={shape === 'set' ? words.edit.list : undefined}
      >
        {(control) => {
          if (shape === 'text') {
            return (
              <Textarea
                {...control}
                autoFocus
                rows={8}
                maxLength={limits.bodyChars}
                value={draft}
                onChange={(event) => setDraft(event.target.value)}
              />
            );
          }
          if (shape === 'state') {
            return (
              <Select
                control={control}
                value={draft}
                options={stateChoices.map((state) => ({
                  value: state,
                  label: state.replace('_', ' '),
                }))}
                onValueChange={setDraft}
              />
            );
          }
          return (
            <Input
              {...control}
              autoFocus
              type={shape === 'date' ? 'date' : 'text'}
              value={draft}
              onChange={(event) => setDraft(event.target.value)}
            />
          );
        }}
      </Field>
      <div className="flex gap-2">
        <Button size="sm" type="submit" variant="primary" disabled={value === undefined}>
          {words.edit.save}
        </Button>
        <Button size="sm" variant="ghost" onClick={onCancel}>
          {words.edit.cancel}
        </Button>
      </div>
    </form>
  );
}
