// @vitest-environment jsdom
import { act, cleanup, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VirtualTable } from '@/components/ui/virtual-table';

const rowPx = 38;

class StillObserver {
  observe() {}
  disconnect() {}
}

beforeEach(() => {
  vi.stubGlobal('ResizeObserver', StillObserver);
  Element.prototype.scrollTo = function scrollTo(this: Element, to?: unknown) {
    this.scrollTop = (to as ScrollToOptions).top ?? 0;
  } as Element['scrollTo'];
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const down = (from: number): string[] => Array.from({ length: from }, (_, at) => `n${from - at}`);

interface ShownProps {
  rows: string[];
  keepsPlace?: boolean;
  edition?: string;
  onSight?: (first: string | undefined, last: string | undefined) => void;
}

function Shown(props: ShownProps) {
  return (
    <VirtualTable
      label="Rows"
      columns={[{ id: 'name', header: 'Name', width: '1fr', cell: (row) => row }]}
      rowKey={(row) => row}
      activeKey={null}
      onActiveChange={() => undefined}
      {...props}
    />
  );
}

function scrollTo(row: number) {
  const grid = screen.getByRole('grid');
  act(() => {
    grid.scrollTop = row * rowPx;
    grid.dispatchEvent(new Event('scroll'));
  });
  return grid;
}

describe('a table whose rows come in front', () => {
  it('tells the first and the last row that are seen, not those that are drawn', () => {
    const onSight = vi.fn<NonNullable<ShownProps['onSight']>>();
    render(<Shown rows={down(500)} onSight={onSight} />);
    expect(onSight).toHaveBeenLastCalledWith('n500', 'n461');
    scrollTo(100);
    expect(onSight).toHaveBeenLastCalledWith('n400', 'n361');
  });

  it('keeps what is read in its place', () => {
    const onSight = vi.fn<NonNullable<ShownProps['onSight']>>();
    const { rerender } = render(<Shown rows={down(500)} keepsPlace onSight={onSight} />);
    const grid = scrollTo(100);
    rerender(<Shown rows={down(530)} keepsPlace onSight={onSight} />);
    expect(grid.scrollTop).toBe(130 * rowPx);
    expect(onSight).toHaveBeenLastCalledWith('n400', 'n361');
    expect(screen.getByText('n400')).toBeDefined();
  });

  it('shows what comes to a reader at the top, and in a table that does not ask for it', () => {
    const { rerender } = render(<Shown rows={down(500)} keepsPlace />);
    rerender(<Shown rows={down(530)} keepsPlace />);
    expect(screen.getByRole('grid').scrollTop).toBe(0);
    rerender(<Shown rows={down(530)} />);
    const grid = scrollTo(100);
    rerender(<Shown rows={down(560)} />);
    expect(grid.scrollTop).toBe(100 * rowPx);
  });

  it('begins at the top when the rows are other ones', () => {
    const { rerender } = render(<Shown rows={down(500)} keepsPlace edition="0" />);
    const grid = scrollTo(100);
    rerender(<Shown rows={down(900).slice(0, 100)} keepsPlace edition="1" />);
    expect(grid.scrollTop).toBe(0);
  });
});
