import { ExternalLink } from 'lucide-react';
import type { PlanRow } from '@/lib/flows/schema';
import type { SideNames } from './plan-view';
import { planWords } from './plan-words';

/** Another record of a row, with the way to it at its service. */
export function RowRecord({
  other,
  sides,
}: {
  other: PlanRow['others'][number];
  sides: SideNames;
}) {
  const title = other.title || planWords.untitled;
  if (!other.url) return <span className="min-w-0 break-words">{title}</span>;
  return (
    <a
      href={other.url}
      target="_blank"
      rel="noreferrer"
      title={planWords.row.openThere(sides.of(other.stream_id))}
      className="min-w-0 break-words underline decoration-line-2 underline-offset-3 hover:decoration-current"
    >
      {title}
      <ExternalLink aria-hidden="true" className="ml-1 inline size-3 text-dim" />
    </a>
  );
}
