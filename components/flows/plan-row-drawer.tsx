'use client';

import type { Route } from 'next';
import { showValue } from '@/components/records/values';
import { useMay, useSession } from '@/components/shell/use-session';
import { Badge } from '@/components/ui/badge';
import { Drawer } from '@/components/ui/drawer';
import { LinkButton } from '@/components/ui/link-button';
import { Notice } from '@/components/ui/notice';
import { ValueChange } from '@/components/ui/timeline';
import type { Plan, PlanRow } from '@/lib/flows/schema';
import { fieldName } from './editor-words';
import { PlanCandidates } from './plan-candidates';
import { doesOf, type SideNames } from './plan-view';
import { planWords } from './plan-words';
import { RowRecord } from './row-record';

const text = planWords.row;

export interface PlanRowDrawerProps {
  plan: Plan;
  row: PlanRow;
  sides: SideNames;
  onClose: () => void;
}

/** One row of a plan: whom it joins, where it is made, and each value that would be another. */
export function PlanRowDrawer({ plan, row, sides, onClose }: PlanRowDrawerProps) {
  const { home } = useSession();
  const mayEdit = useMay('editor');
  const isOpen = plan.status === 'ready' && mayEdit;
  return (
    <Drawer
      open
      modal={false}
      size="md"
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={row.title || planWords.untitled}
      eyebrow={`${planWords.actions[row.action]} · ${doesOf(row, sides)}`}
      footer={
        <LinkButton href={`${home}/records?record=${row.record_id}` as Route}>
          {text.open}
        </LinkButton>
      }
    >
      <div className="grid gap-5">
        {row.reason && (
          <Notice
            tone={row.status === 'failed' ? 'bad' : 'warn'}
            title={row.status === 'planned' ? undefined : planWords.rowStatuses[row.status]}
          >
            {row.reason}
          </Notice>
        )}
        {row.action === 'review' && (
          <PlanCandidates
            key={row.choice ? String(row.choice.record_id) : 'open'}
            plan={plan}
            row={row}
            sides={sides}
            isOpen={isOpen}
          />
        )}
        {row.action === 'join' && (
          <Section title={text.joined}>
            <ul className="grid gap-2">
              {row.others.map((other) => (
                <li key={other.record_id} className="flex items-start gap-2">
                  <Badge shape="tag">{sides.of(other.stream_id)}</Badge>
                  <RowRecord other={other} sides={sides} />
                </li>
              ))}
            </ul>
          </Section>
        )}
        {row.targets.length > 0 && (
          <Section title={text.made}>
            <div className="flex flex-wrap gap-1.5">
              {row.targets.map((streamId) => (
                <Badge key={streamId} shape="tag" tone="accent">
                  {sides.of(streamId)}
                </Badge>
              ))}
            </div>
          </Section>
        )}
        {row.action === 'join' && <Differences row={row} sides={sides} />}
      </div>
    </Drawer>
  );
}

function Section({ title, children }: { title: string; children: React.ReactNode }) {
  return (
    <section className="grid gap-2">
      <h3 className="font-semibold">{title}</h3>
      {children}
    </section>
  );
}

/** Each field from and to, by side; a conflict shows both values and writes none. */
function Differences({ row, sides }: { row: PlanRow; sides: SideNames }) {
  if (row.differences.length === 0) {
    return (
      <Section title={text.differences}>
        <p className="text-mut">{text.noDifferences}</p>
      </Section>
    );
  }
  const hasConflict = row.differences.some(({ becomes }) => becomes === 'conflict');
  return (
    <Section title={text.differences}>
      <ul className="grid gap-2.5">
        {row.differences.map((one) => (
          <li
            key={`${one.field}:${one.stream_id}`}
            className={
              one.becomes === 'conflict'
                ? 'border-warn-line border-l-2 pl-3'
                : 'border-accent border-l-2 pl-3'
            }
          >
            <span className="flex items-baseline justify-between gap-3">
              <span className="text-mut">
                <span className="font-medium text-ink">{fieldName(one.field)}</span> at{' '}
                {sides.of(one.stream_id)}
              </span>
              <span
                className={
                  one.becomes === 'conflict' ? 'text-meta text-warn' : 'text-dim text-meta'
                }
              >
                {planWords.becomes[one.becomes]}
              </span>
            </span>
            <span className="block break-words">
              {one.becomes === 'conflict' ? (
                <>
                  {showValue(one.from)} <span className="text-dim">or</span> {showValue(one.to)}
                </>
              ) : (
                <ValueChange before={showValue(one.from)} after={showValue(one.to)} />
              )}
            </span>
          </li>
        ))}
      </ul>
      {hasConflict && <p className="text-dim text-meta">{text.conflict}</p>}
    </Section>
  );
}
