'use client';

import { ArrowUp } from 'lucide-react';
import { useId } from 'react';
import { Badge } from '@/components/ui/badge';
import { cn } from '@/components/ui/class-names';
import { IconButton } from '@/components/ui/icon-button';
import { Panel } from '@/components/ui/panel';
import { ProviderMark } from '@/components/ui/provider-mark';
import type { EditorFaults } from './editor-faults';
import { editorWords, fieldName } from './editor-words';
import { changeSide, type FlowDraft, moveForward } from './flow-draft';
import type { SideFace } from './use-editor';

const text = editorWords.rules;
/** More fields than this make two objects so rarely the same that nothing is found. */
const matchFieldsMax = 5;

export interface RulesStepProps {
  draft: FlowDraft;
  faces: readonly SideFace[];
  /** Fields two objects can be compared by. */
  fields: readonly string[];
  faults: EditorFaults;
  onChange: (draft: FlowDraft) => void;
}

/** The order of the sides, what is made where, by what objects are the same, and what stands where they differ. */
export function RulesStep({ draft, faces, fields, faults, onChange }: RulesStepProps) {
  return (
    <Panel title={text.title} className="[&_h2]:text-body [&_h2]:text-ink">
      <div className="grid gap-6 lg:grid-cols-2">
        <ol className="grid content-start gap-2">
          {draft.sides.map((side, index) => (
            <SideRow
              key={side.streamId}
              face={faces[index]}
              index={index}
              creates={side.creates}
              fault={faults.sides.get(index)}
              onCreates={(creates) => onChange(changeSide(draft, index, { creates }))}
              onForward={() => onChange(moveForward(draft, index))}
            />
          ))}
        </ol>
        <div className="grid content-start gap-5">
          <MatchFields draft={draft} fields={fields} fault={faults.match} onChange={onChange} />
          <Difference draft={draft} onChange={onChange} />
        </div>
      </div>
    </Panel>
  );
}

interface SideRowProps {
  face: SideFace | undefined;
  index: number;
  creates: boolean;
  fault: string | undefined;
  onCreates: (creates: boolean) => void;
  onForward: () => void;
}

function SideRow({ face, index, creates, fault, onCreates, onForward }: SideRowProps) {
  const id = useId();
  if (!face) return null;
  return (
    <li className="rounded-md border border-line-2 px-3 py-2.5">
      <div className="flex items-center gap-2.5">
        <ProviderMark name={face.service} size="sm" />
        <span className="min-w-0 flex-1">
          <span className="block truncate font-medium">{face.service}</span>
          <span className="block truncate text-meta text-mut">{face.stream}</span>
        </span>
        {index === 0 ? (
          <Badge>{text.first}</Badge>
        ) : (
          <IconButton
            label={text.makeFirst(face.label)}
            icon={<ArrowUp aria-hidden="true" />}
            onClick={onForward}
          />
        )}
      </div>
      {face.canCreate ? (
        <label htmlFor={id} className="mt-2 flex items-start gap-2.5">
          <input
            id={id}
            type="checkbox"
            checked={creates}
            onChange={(event) => onCreates(event.target.checked)}
            className="mt-0.5 size-4 shrink-0 accent-accent"
          />
          <span>
            {text.creates(face.service)}
            <span className="block text-dim text-meta">{text.createsHint}</span>
          </span>
        </label>
      ) : (
        <p className="mt-2 text-dim text-meta">{text.cannot}</p>
      )}
      {fault && (
        <p role="alert" className="mt-1.5 text-bad text-meta">
          {fault}
        </p>
      )}
    </li>
  );
}

function MatchFields({
  draft,
  fields,
  fault,
  onChange,
}: Pick<RulesStepProps, 'draft' | 'fields' | 'onChange'> & { fault: string | undefined }) {
  const id = useId();
  const toggle = (field: string) => {
    const has = draft.matchFields.includes(field);
    const matchFields = has
      ? draft.matchFields.filter((one) => one !== field)
      : [...draft.matchFields, field];
    onChange({ ...draft, matchFields });
  };
  return (
    <fieldset
      aria-describedby={fault ? `${id}-hint ${id}-fault` : `${id}-hint`}
      className="grid gap-1.5"
    >
      <legend className="mb-1.5 font-medium">{text.match}</legend>
      <div className="flex flex-wrap gap-1.5">
        {fields.map((field) => {
          const isOn = draft.matchFields.includes(field);
          return (
            <button
              key={field}
              type="button"
              aria-pressed={isOn}
              disabled={!isOn && draft.matchFields.length >= matchFieldsMax}
              onClick={() => toggle(field)}
              className={cn(
                'h-7 rounded-full border px-3 transition-colors disabled:opacity-50',
                isOn
                  ? 'border-ink bg-ink text-bg'
                  : 'border-line-2 border-dashed bg-panel text-mut hover:text-ink',
              )}
            >
              {fieldName(field)}
            </button>
          );
        })}
      </div>
      {fault && (
        <p id={`${id}-fault`} role="alert" className="text-bad text-meta">
          {fault}
        </p>
      )}
      <p id={`${id}-hint`} className="text-dim text-meta">
        {text.matchHint}
      </p>
    </fieldset>
  );
}

const ways = ['ask', 'first_side'] as const;

function Difference({ draft, onChange }: Pick<RulesStepProps, 'draft' | 'onChange'>) {
  const id = useId();
  return (
    <fieldset className="grid gap-2">
      <legend className="mb-1.5 font-medium">{text.difference}</legend>
      {ways.map((way) => (
        <label key={way} htmlFor={`${id}-${way}`} className="flex items-start gap-2.5">
          <input
            id={`${id}-${way}`}
            type="radio"
            name={id}
            checked={draft.onDifference === way}
            onChange={() => onChange({ ...draft, onDifference: way })}
            className="mt-0.5 size-4 shrink-0 accent-accent"
          />
          <span>
            {text.differences[way]}
            <span className="block text-dim text-meta">{text.differenceHints[way]}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
