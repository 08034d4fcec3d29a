import Link from 'next/link';
import { cn } from '@/components/ui/class-names';
import { formatCount } from '@/components/ui/format-number';
import { StatusDot, type StatusShape } from '@/components/ui/status-dot';
import { toneText } from '@/components/ui/tone';
import { type Cable, type Health, healthTones, healthWords, type Jack } from './board-model';

const shapes: Record<Health, StatusShape> = {
  ok: 'solid',
  waiting: 'diamond',
  stopped: 'square',
  idle: 'ring',
};

export interface PatchbayTableProps {
  left: readonly Jack[];
  right: readonly Jack[];
  cables: readonly Cable[];
  /** In place of rows. */
  empty: React.ReactNode;
  className?: string | undefined;
}

/** The same board in rows, for reading and for screen readers. */
export function PatchbayTable({ left, right, cables, empty, className }: PatchbayTableProps) {
  const jacks = new Map([...left, ...right].map((jack) => [jack.id, jack]));
  const frame = cn('overflow-auto rounded-xl border border-line bg-panel shadow-rest', className);
  if (cables.length === 0) return <div className={frame}>{empty}</div>;
  return (
    <div className={frame}>
      <table className="w-full border-collapse text-left">
        <caption className="sr-only">Cables of the board</caption>
        <thead className="sticky top-0 bg-raise text-dim text-meta">
          <tr>
            {['From', 'To', 'Carries', 'Health', 'An hour'].map((header) => (
              <th
                key={header}
                scope="col"
                className="h-8 whitespace-nowrap px-3.5 font-normal last:text-right"
              >
                {header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cables.map((cable) => (
            <tr key={cable.id} className="border-line border-t hover:bg-raise">
              <JackCell jack={jacks.get(cable.from)} />
              <JackCell jack={jacks.get(cable.to)} />
              <td className="px-3.5 py-2">
                <Link href={cable.href} className="underline decoration-line-2 underline-offset-3">
                  {cable.label}
                </Link>
              </td>
              <td className="whitespace-nowrap px-3.5 py-2">
                <span
                  className={cn('flex items-center gap-2', toneText[healthTones[cable.health]])}
                >
                  <StatusDot
                    tone={healthTones[cable.health]}
                    shape={shapes[cable.health]}
                    className="size-2"
                  />
                  {healthWords[cable.health]}
                </span>
              </td>
              <td className="px-3.5 py-2 text-right">{formatCount(cable.perHour)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function JackCell({ jack }: { jack: Jack | undefined }) {
  if (!jack) return <td className="px-3.5 py-2 text-dim">not connected</td>;
  return (
    <td className="px-3.5 py-2">
      <Link href={jack.href} className="font-medium hover:underline">
        {jack.name}
      </Link>
      <span className="block text-meta text-mut">{jack.sub}</span>
    </td>
  );
}
