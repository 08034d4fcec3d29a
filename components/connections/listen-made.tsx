import { AddressToCopy } from '@/components/settings/address-to-copy';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import type { ListeningMade } from '@/lib/webhooks/schema';
import { listenWords } from './listen-words';

const text = listenWords;

/** What to carry to the service: the address, and a secret that was made here. */
export function ListenMade({ made, onDone }: { made: ListeningMade; onDone: () => void }) {
  const { state, secret } = made;
  return (
    <div className="grid gap-4">
      {state.unavailable !== null && <Notice tone="warn" title={state.unavailable} />}
      {state.url !== null && <AddressToCopy label={text.panel.url} value={state.url} />}
      {secret !== null && (
        <>
          <Notice tone="warn" title={text.made} live />
          <AddressToCopy label={text.secretName} value={secret} />
        </>
      )}
      <ol className="grid list-decimal gap-1 pl-5 text-mut">
        {(secret === null ? state.steps : [...state.steps.slice(0, 1), text.giveSecret]).map(
          (step) => (
            <li key={step}>{step}</li>
          ),
        )}
      </ol>
      <div>
        <Button variant="primary" onClick={onDone}>
          {text.goOn}
        </Button>
      </div>
    </div>
  );
}
