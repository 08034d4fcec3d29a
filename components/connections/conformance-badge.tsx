import { BadgeCheck, CircleDashed } from 'lucide-react';
import { Badge } from '@/components/ui/badge';
import type { ConnectorCard, Proof } from '@/lib/connections/schema';
import { words } from './words';

const text = words.conformance;

/** The strongest first. */
const order: readonly Proof[] = ['the real service', 'captured payloads', 'our double'];

/** How much of what a connector claims has been proven, and against what. */
export function ConformanceBadge({ connector }: { connector: ConnectorCard }) {
  const all = connector.conformance;
  const proven = all.filter(({ proof }) => proof !== 'unproven');
  const sources = order.filter((source) => proven.some(({ proof }) => proof === source));
  if (all.length === 0) return <Badge tone="warn">{text.none}</Badge>;
  return (
    <span className="flex flex-wrap gap-1.5">
      <Badge
        tone={proven.length === all.length ? 'ok' : 'neutral'}
        icon={<BadgeCheck aria-hidden="true" />}
      >
        {text.score(proven.length, all.length)}
      </Badge>
      {sources.map((source) => (
        <Badge key={source} shape="tag">
          {text.against[source]}
        </Badge>
      ))}
    </span>
  );
}

/** Point by point, for whoever wants to know. */
export function ConformanceList({ connector }: { connector: ConnectorCard }) {
  if (connector.conformance.length === 0) return null;
  return (
    <details className="mt-2 text-meta text-mut">
      <summary>{text.title}</summary>
      <ul className="mt-1 grid gap-1">
        {connector.conformance.map(({ point, title, proof }) => (
          <li key={point} className="flex items-start gap-1.5">
            {proof === 'unproven' ? (
              <CircleDashed aria-hidden="true" className="mt-0.5 size-3.5 shrink-0 text-warn" />
            ) : (
              <BadgeCheck aria-hidden="true" className="mt-0.5 size-3.5 shrink-0 text-ok" />
            )}
            <span>
              {title} <span className="text-dim">· {text.proofs[proof]}</span>
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
