'use client';

import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { buttonLook } from './button-look';
import { StatusDot } from './status-dot';
import type { Tone } from './tone';

// Base UI's toasts and not sonner's: sonner writes a <style> element, which the policy forbids.
const manager = Toast.createToastManager<{ tone: Tone }>();

const shownMs = 6000;

export interface ToastMessage {
  title: string;
  description?: string;
  tone?: Tone;
  /** Undo, mostly. The toast then stays until it is dismissed or the time is up. */
  action?: { label: string; onPress: () => void };
  /** 0 keeps it until somebody closes it. */
  timeoutMs?: number;
}

function toOptions({ title, description, tone = 'neutral', action, timeoutMs }: ToastMessage) {
  return {
    title,
    data: { tone },
    timeout: timeoutMs ?? shownMs,
    // Announced politely, also bad news: for urgent ones Base UI hides the toast itself from screen
    // readers, with its buttons in it.
    priority: 'low' as const,
    ...(description ? { description } : {}),
    ...(action ? { actionProps: { children: action.label, onClick: action.onPress } } : {}),
  };
}

/** Shows a short message from anywhere in the browser; returns its id. */
export function showToast(message: ToastMessage): string {
  return manager.add(toOptions(message));
}

export function closeToast(id: string): void {
  manager.close(id);
}

/** Once in the root layout. F6 moves the focus into it. */
export function Toaster() {
  return (
    <Toast.Provider toastManager={manager} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className="fixed right-3 bottom-3 left-3 z-50 mx-auto grid gap-2 max-md:bottom-18 sm:w-100">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList() {
  const { toasts } = Toast.useToastManager<{ tone: Tone }>();
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="rounded-lg border border-line-2 bg-panel shadow-pop transition-[transform,opacity] duration-200 ease-out data-limited:hidden data-ending-style:translate-y-2 data-starting-style:translate-y-2 data-ending-style:opacity-0 data-starting-style:opacity-0"
    >
      <Toast.Content className="flex items-start gap-3 py-3 pr-2 pl-4">
        <StatusDot
          tone={toast.data?.tone ?? 'neutral'}
          shape={toast.data?.tone === 'bad' ? 'square' : 'solid'}
          className="mt-[0.3125rem]"
        />
        <div className="min-w-0 flex-1">
          <Toast.Title className="font-medium" />
          <Toast.Description className="text-mut" />
        </div>
        <Toast.Action className={buttonLook('secondary', 'sm', 'empty:hidden')} />
        <Toast.Close aria-label="Dismiss" className={buttonLook('ghost', 'sm', 'w-7 px-0')}>
          <X aria-hidden="true" />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}
