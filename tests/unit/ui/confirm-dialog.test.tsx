// @vitest-environment jsdom
import { cleanup, render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Button } from '@/components/ui/button';
import { ConfirmDialog } from '@/components/ui/confirm-dialog';

afterEach(cleanup);

function show(onConfirm: () => void | Promise<void>, typeToConfirm?: string) {
  render(
    <ConfirmDialog
      trigger={<Button>Disconnect</Button>}
      title="Disconnect northwind/api?"
      action="Disconnect"
      count={1501}
      onConfirm={onConfirm}
      {...(typeToConfirm ? { typeToConfirm } : {})}
    >
      The records stay.
    </ConfirmDialog>,
  );
}

describe('the question before something destructive', () => {
  it('names the thing and the count, and does it only on confirmation', async () => {
    const user = userEvent.setup();
    const onConfirm = vi.fn<() => void>();
    show(onConfirm);
    await user.click(screen.getByRole('button', { name: 'Disconnect' }));
    expect(screen.getByRole('dialog', { name: 'Disconnect northwind/api?' })).toBeTruthy();
    expect(onConfirm).not.toHaveBeenCalled();
    await user.click(screen.getByRole('button', { name: 'Disconnect 1,501' }));
    expect(onConfirm).toHaveBeenCalledOnce();
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it('does nothing on cancel or Escape', async () => {
    const user = userEvent.setup();
    const onConfirm = vi.fn<() => void>();
    show(onConfirm);
    await user.click(screen.getByRole('button', { name: 'Disconnect' }));
    await user.click(screen.getByRole('button', { name: 'Cancel' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    await user.click(screen.getByRole('button', { name: 'Disconnect' }));
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(onConfirm).not.toHaveBeenCalled();
  });

  it('wants the name typed exactly', async () => {
    const user = userEvent.setup();
    const onConfirm = vi.fn<() => void>();
    show(onConfirm, 'northwind/api');
    await user.click(screen.getByRole('button', { name: 'Disconnect' }));
    const action = screen.getByRole('button', { name: 'Disconnect 1,501' });
    await user.type(screen.getByRole('textbox'), 'northwind/ap{Enter}');
    expect(action.hasAttribute('disabled')).toBe(true);
    expect(onConfirm).not.toHaveBeenCalled();
    await user.type(screen.getByRole('textbox'), 'i{Enter}');
    await waitFor(() => expect(onConfirm).toHaveBeenCalledOnce());
  });

  it('stays open while it runs, runs once, and shows why it failed', async () => {
    const user = userEvent.setup();
    let fail: (error: Error) => void = () => undefined;
    const onConfirm = vi.fn<() => Promise<void>>(
      () =>
        new Promise<void>((_, reject) => {
          fail = reject;
        }),
    );
    show(onConfirm);
    await user.click(screen.getByRole('button', { name: 'Disconnect' }));
    const action = screen.getByRole('button', { name: 'Disconnect 1,501' });
    await user.click(action);
    await user.click(action);
    await user.keyboard('{Escape}');
    expect(onConfirm).toHaveBeenCalledOnce();
    expect(screen.getByRole('dialog')).toBeTruthy();
    fail(new Error('GitHub did not answer.'));
    expect((await screen.findByRole('alert')).textContent).toBe('GitHub did not answer.');
    expect(action.getAttribute('aria-busy')).toBeNull();
  });
});
