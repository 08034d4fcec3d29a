'use client';

import { type ReactElement, type ReactNode, useId, useState } from 'react';
import { Button } from './button';
import { Dialog } from './dialog';
import { formatCount } from './format-number';
import { Input } from './input';

export interface ConfirmDialogProps {
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  trigger?: ReactElement;
  /** "Disconnect northwind/api?" */
  title: string;
  /** What will happen, and whether it can be undone. */
  children: ReactNode;
  /** The verb on the button: "Disconnect". */
  action: string;
  /** How many things are touched; the button says the number. */
  count?: number;
  /** Must be typed before the button answers; for what cannot be undone. */
  typeToConfirm?: string;
  danger?: boolean;
  /** The dialog stays open and busy until it settles; a rejection is shown in it. */
  onConfirm: () => void | Promise<void>;
}

/** Asks before something destructive, with the count and the name. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { trigger, title, children, action, count, typeToConfirm, danger = true } = props;
  const [ownOpen, setOwnOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const inputId = useId();
  const open = props.open ?? ownOpen;
  const ready = typeToConfirm === undefined || typed.trim() === typeToConfirm;

  function change(next: boolean) {
    // Closing halfway would hide whether it happened.
    if (busy && !next) return;
    setTyped('');
    setFailure(undefined);
    setOwnOpen(next);
    props.onOpenChange?.(next);
  }

  async function confirm() {
    if (busy || !ready) return;
    setBusy(true);
    setFailure(undefined);
    try {
      await props.onConfirm();
      setOwnOpen(false);
      props.onOpenChange?.(false);
      setTyped('');
    } catch (error) {
      setFailure(error instanceof Error ? error.message : 'It did not work. Please try again.');
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dialog
      open={open}
      onOpenChange={change}
      {...(trigger ? { trigger } : {})}
      size="sm"
      title={title}
      description={children}
      footer={
        <>
          <Button onClick={() => change(false)} disabled={busy}>
            Cancel
          </Button>
          <Button
            variant={danger ? 'danger' : 'primary'}
            busy={busy}
            disabled={!ready}
            onClick={() => void confirm()}
          >
            {count === undefined ? action : `${action} ${formatCount(count)}`}
          </Button>
        </>
      }
    >
      {typeToConfirm !== undefined && (
        <form
          className="grid gap-1.5"
          onSubmit={(event) => {
            event.preventDefault();
            void confirm();
          }}
        >
          <label htmlFor={inputId} className="text-mut">
            Type <strong className="font-medium text-ink">{typeToConfirm}</strong> to confirm
          </label>
          <Input
            id={inputId}
            value={typed}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
          />
        </form>
      )}
      {failure && (
        <p role="alert" className="mt-2 text-bad">
          {failure}
        </p>
      )}
    </Dialog>
  );
}
