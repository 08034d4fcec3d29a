import { Badge } from '@/components/ui/badge';
import type { Connection } from '@/lib/connections/schema';
import { clockWords } from './clock-words';
import { words } from './words';

/** How the service's clock stands to ours; said aloud where it matters. */
export function ClockFact({ clock }: Pick<Connection, 'clock'>) {
  const said = clockWords(clock);
  if (!said.isOff) return <>{said.text}</>;
  return (
    <>
      <Badge tone="warn">{said.text}</Badge>
      <span className="block text-meta text-mut">{words.clock.hint}</span>
    </>
  );
}
