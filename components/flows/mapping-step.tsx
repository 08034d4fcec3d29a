'use client';

import { RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { Notice } from '@/components/ui/notice';
import { Panel } from '@/components/ui/panel';
import { ProviderMark } from '@/components/ui/provider-mark';
import { Skeleton, SkeletonFrame } from '@/components/ui/skeleton';
import type { Suggestion } from '@/lib/flows/schema';
import type { Kind } from '@/lib/kinds/index';
import type { FieldRule } from '@/lib/sync/schema';
import { type EditorFaults, ruleKey } from './editor-faults';
import { editorWords, fieldName } from './editor-words';
import type { DraftSide } from './flow-draft';
import { cellOf, mappingFields } from './mapping';
import { MappingCell } from './mapping-cell';
import type { SideFace } from './use-editor';

const text = editorWords.mapping;

export interface MappingStepProps {
  sides: readonly DraftSide[];
  kind: Kind;
  faces: readonly SideFace[];
  suggestions: readonly Suggestion[];
  isPending: boolean;
  hasFailed: boolean;
  faults: EditorFaults;
  onRule: (side: number, rule: FieldRule) => void;
  onReset: (side: number, field: string) => void;
  onResetAll: () => void;
}

/** What of the record stands where at each side: a row a field, a column a side. */
export function MappingStep(props: MappingStepProps) {
  const { sides, kind, suggestions } = props;
  const fields = mappingFields(kind, sides, suggestions);
  const isOwn = sides.some((side) => side.rules !== null);
  return (
    <Panel
      title={text.title}
      padding="flush"
      className="[&_h2]:text-body [&_h2]:text-ink"
      aside={
        isOwn &&
        suggestions.length > 0 && (
          <Button
            size="sm"
            variant="ghost"
            icon={<RotateCcw aria-hidden="true" />}
            onClick={props.onResetAll}
          >
            {text.resetAll}
          </Button>
        )
      }
    >
      <p className="px-4 pt-3 text-mut">{text.hint}</p>
      {props.hasFailed && (
        <Notice tone="warn" title={text.failed} className="mx-4 mt-3">
          {text.failedHint}
        </Notice>
      )}
      {props.isPending ? (
        <Pending />
      ) : (
        <>
          <Fields {...props} fields={fields.shared} />
          <Folded
            {...props}
            fields={fields.lonely}
            title={text.lonely(fields.lonely.length)}
            hint={text.lonelyHint}
          />
          <Folded
            {...props}
            fields={fields.facts}
            title={text.facts(fields.facts.length)}
            hint={text.factsHint}
          />
        </>
      )}
    </Panel>
  );
}

function Pending() {
  return (
    <SkeletonFrame label={text.loading} className="grid gap-4 p-4">
      {['title', 'body', 'state', 'labels', 'people'].map((field) => (
        <div key={field} className="flex gap-6">
          <Skeleton className="h-8 w-28" />
          <Skeleton className="h-8 flex-1" />
          <Skeleton className="h-8 flex-1" />
        </div>
      ))}
    </SkeletonFrame>
  );
}

/** As wide as there are sides; on a phone they stand below each other. */
const columns: Record<number, string> = {
  2: 'lg:grid-cols-[8.5rem_repeat(2,minmax(0,1fr))]',
  3: 'lg:grid-cols-[8.5rem_repeat(3,minmax(0,1fr))]',
};

/** Folded away unless somebody made a rule of it, and not drawn before somebody wants to see it. */
function Folded(
  props: MappingStepProps & { fields: readonly string[]; title: string; hint: string },
) {
  const { fields, sides, title, hint } = props;
  const [isOpen, setOpen] = useState(() =>
    sides.some((side) => side.rules?.some((rule) => fields.includes(rule.field))),
  );
  if (fields.length === 0) return null;
  return (
    <details
      open={isOpen}
      className="border-line border-t"
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary className="px-4 py-2.5 font-medium hover:bg-raise">
        {title}
        <span className="block font-normal text-dim text-meta">{hint}</span>
      </summary>
      {isOpen && <Fields {...props} />}
    </details>
  );
}

function Fields({
  sides,
  kind,
  faces,
  suggestions,
  faults,
  fields,
  onRule,
  onReset,
}: MappingStepProps & { fields: readonly string[] }) {
  const look = cn('grid gap-x-5 px-4', columns[sides.length]);
  return (
    <div className="pt-2">
      <div aria-hidden="true" className={cn(look, 'border-line border-b pb-2 max-lg:hidden')}>
        <span className="text-dim text-meta">{text.record}</span>
        {faces.map((face) => (
          <span key={face.label + face.stream} className="flex min-w-0 items-center gap-2">
            <ProviderMark name={face.service} size="xs" />
            <span className="truncate font-medium">{face.service}</span>
            <span className="truncate text-meta text-mut">{face.stream}</span>
          </span>
        ))}
      </div>
      {fields.map((field) => (
        <fieldset key={field} className={cn(look, 'gap-y-3 border-line py-3 not-last:border-b')}>
          <legend className="sr-only">{fieldName(field)}</legend>
          <span aria-hidden="true" className="pt-1.5 font-medium">
            {fieldName(field)}
          </span>
          {sides.map((side, index) => {
            const face = faces[index];
            return (
              face && (
                <div key={side.streamId} className="min-w-0">
                  <span
                    aria-hidden="true"
                    className="mb-1 flex items-center gap-2 text-meta text-mut lg:hidden"
                  >
                    <ProviderMark name={face.service} size="xs" />
                    {face.label}
                  </span>
                  <MappingCell
                    index={index}
                    cell={cellOf(kind, side, field, suggestions)}
                    kind={kind}
                    side={face.label}
                    fault={faults.rules.get(ruleKey(index, field))}
                    onRule={onRule}
                    onReset={onReset}
                  />
                </div>
              )
            );
          })}
        </fieldset>
      ))}
    </div>
  );
}
