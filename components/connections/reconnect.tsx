'use client';

import { useState } from 'react';
import { useSession } from '@/components/shell/use-session';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { showToast } from '@/components/ui/toaster';
import type { Connection } from '@/lib/connections/schema';
import { ConnectForm } from './connect-form';
import { useAuthorize, useConnectors } from './use-connections';
import { words } from './words';

const text = words.reconnect;

/** The same account again, in place: streams and what they owe stay. */
export function Reconnect({ connection }: { connection: Connection }) {
  // An address that was taken back is not given out again: another connection has another one.
  if (connection.auth_kind === 'webhook') return null;
  return connection.auth_kind === 'oauth2' ? (
    <Authorize connection={connection} />
  ) : (
    <PasteAgain connection={connection} />
  );
}

function Authorize({ connection }: { connection: Connection }) {
  const { home } = useSession();
  const authorize = useAuthorize((message) =>
    showToast({ tone: 'bad', title: text.notStarted, description: message }),
  );
  return (
    <Button
      variant="primary"
      size="sm"
      busy={authorize.isPending || authorize.isSuccess}
      onClick={() =>
        authorize.mutate({
          connector: connection.connector,
          connection_id: connection.id,
          return_to: `${home}/connections/${connection.id}`,
        })
      }
    >
      {text.action}
    </Button>
  );
}

function PasteAgain({ connection }: { connection: Connection }) {
  const connectors = useConnectors();
  const [isOpen, setOpen] = useState(false);
  const connector = connectors.data?.data.find(({ name }) => name === connection.connector);
  const mode = connector?.auth.find(({ kind }) => kind === connection.auth_kind);
  if (!connector || !mode) return null;
  return (
    <>
      <Button variant="primary" size="sm" onClick={() => setOpen(true)}>
        {text.action}
      </Button>
      <Dialog
        open={isOpen}
        onOpenChange={setOpen}
        title={text.title(connection.account_name)}
        description={text.hint}
      >
        <ConnectForm
          connector={connector}
          mode={mode}
          connectionId={connection.id}
          onConnected={() => {
            setOpen(false);
            showToast({ tone: 'ok', title: text.done });
          }}
        />
      </Dialog>
    </>
  );
}
