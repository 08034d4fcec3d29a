// @vitest-environment jsdom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VirtualTable } from '@/components/ui/virtual-table';

const rows = Array.from({ length: 5000 }, (_, index) => ({
  id: `r${index}`,
  title: `Row ${index}`,
}));

class StillObserver {
  observe() {}
  disconnect() {}
}

beforeEach(() => {
  vi.stubGlobal('ResizeObserver', StillObserver);
  Element.prototype.scrollTo = () => undefined;
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const seen = {
  open: vi.fn<(id: string) => void>(),
  edit: vi.fn<(id: string) => void>(),
  escape: vi.fn<() => void>(),
};

function Table() {
  const [active, setActive] = useState<string | null>(null);
  return (
    <VirtualTable
      label="Rows"
      rows={rows}
      total={9000}
      columns={[
        { id: 'title', header: 'Title', width: '1fr', cell: (row) => row.title },
        { id: 'field', header: 'Field', width: '1fr', cell: () => <input aria-label="field" /> },
      ]}
      rowKey={(row) => row.id}
      activeKey={active}
      onActiveChange={setActive}
      onOpen={(row) => seen.open(row.id)}
      onEdit={(row) => seen.edit(row.id)}
      onEscape={seen.escape}
    />
  );
}

describe('a table walked by keys', () => {
  beforeEach(() => vi.clearAllMocks());

  it('draws only some of its rows and says how many there are', () => {
    render(<Table />);
    expect(screen.getAllByRole('row').length).toBeLessThan(80);
    expect(screen.getByRole('grid').getAttribute('aria-rowcount')).toBe('9001');
  });

  it('moves with j and k, opens with Enter, edits with e, goes back with Escape', async () => {
    const user = userEvent.setup();
    render(<Table />);
    screen.getByRole('grid').focus();
    await user.keyboard('jjjk{Enter}e{Escape}');
    expect(seen.open).toHaveBeenCalledExactlyOnceWith('r1');
    expect(seen.edit).toHaveBeenCalledExactlyOnceWith('r1');
    expect(seen.escape).toHaveBeenCalledOnce();
    const active = screen.getByRole('grid').getAttribute('aria-activedescendant');
    expect(document.getElementById(active ?? '')?.getAttribute('aria-rowindex')).toBe('3');
  });

  it('stops at both ends', async () => {
    const user = userEvent.setup();
    render(<Table />);
    screen.getByRole('grid').focus();
    await user.keyboard('{End}j{Enter}{Home}k{Enter}');
    expect(seen.open.mock.calls).toEqual([['r4999'], ['r0']]);
  });

  it('leaves keys typed into a field alone', async () => {
    const user = userEvent.setup();
    render(<Table />);
    const [field] = screen.getAllByLabelText('field');
    if (field) await user.type(field, 'jke');
    expect((field as HTMLInputElement).value).toBe('jke');
    expect(seen.edit).not.toHaveBeenCalled();
  });
});
