import { Badge } from '@/components/ui/badge';
import type { AuthModeCard } from '@/lib/connections/schema';
import { words } from './words';

const text = words.permissions;

/** What exactly has to be allowed, and for what: a restricted key needs these and no more. */
export function Permissions({ permissions }: { permissions: AuthModeCard['permissions'] }) {
  const rows = (['read', 'write', 'webhooks'] as const).filter(
    (ability) => permissions[ability].length > 0,
  );
  if (rows.length === 0) return null;
  return (
    <section className="rounded-md border border-line bg-raise px-3 py-2.5">
      <h3 className="font-medium text-meta">{text.title}</h3>
      <dl className="mt-1.5 grid gap-1.5">
        {rows.map((ability) => (
          <div key={ability} className="grid gap-x-3 gap-y-1 sm:grid-cols-[7rem_minmax(0,1fr)]">
            <dt className="text-meta text-mut">{text[ability]}</dt>
            <dd className="flex flex-wrap gap-1">
              {permissions[ability].map((scope) => (
                <Badge key={scope} shape="tag">
                  {scope}
                </Badge>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
