'use client';

import { useMay, useSession } from '@/components/shell/use-session';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { showToast } from '@/components/ui/toaster';
import type { Connection } from '@/lib/connections/schema';
import { type Ability, type AbilityState, abilityStates } from './ability-states';
import { useAuthorize, useConnectors } from './use-connections';
import { words } from './words';

const text = words.abilities;
const tones = { granted: 'ok', refused: 'warn', not_asked: 'neutral' } as const;

/** What the access is good for; what is missing may be asked for by itself, in place. */
export function Abilities({ connection }: { connection: Connection }) {
  const connectors = useConnectors();
  const connector = connectors.data?.data.find(({ name }) => name === connection.connector);
  const mode = connector?.auth.find(({ kind }) => kind === connection.auth_kind);
  const states = mode ? abilityStates(mode.permissions, connection) : [];
  if (states.length === 0) return <>–</>;
  return (
    <ul className="grid gap-1">
      {states.map((one) => (
        <li key={one.ability} className="flex flex-wrap items-center gap-2">
          <Badge shape="tag" tone={tones[one.state]}>
            {text.names[one.ability]}: {text.states[one.state]}
          </Badge>
          <AskFor connection={connection} one={one} />
        </li>
      ))}
    </ul>
  );
}

function AskFor({ connection, one }: { connection: Connection; one: AbilityState }) {
  const { home } = useSession();
  const mayAsk = useMay('admin');
  const authorize = useAuthorize((message) =>
    showToast({ tone: 'bad', title: words.reconnect.notStarted, description: message }),
  );
  if (one.state === 'granted' || !mayAsk || connection.status === 'disconnecting') return null;
  const ability: Ability = one.ability;
  return (
    <Button
      size="sm"
      title={text.needs(one.missing)}
      busy={authorize.isPending || authorize.isSuccess}
      onClick={() =>
        authorize.mutate({
          connector: connection.connector,
          connection_id: connection.id,
          abilities: [ability],
          return_to: `${home}/connections/${connection.id}`,
        })
      }
    >
      {text.ask}
    </Button>
  );
}
