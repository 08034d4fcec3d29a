// @vitest-environment jsdom
import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { EditFlowPage, NewFlowPage } from '@/components/flows/editor-pages';
import { editorWords } from '@/components/flows/editor-words';
import { patience } from '../../setup/patience.ts';
import { flow, idOf, plan } from './flow-sample.ts';
import { answering, setStage, show, stock, writes } from './flow-stage.tsx';

const flowId = idOf(50);

const push = vi.hoisted(() => vi.fn<(path: string) => void>());
vi.mock('next/navigation', () => ({
  useRouter: () => ({ push }),
  useSearchParams: () => new URLSearchParams(globalThis.location.search),
  usePathname: () => '/w/ops/flows',
}));

setStage();
beforeEach(() => push.mockReset());

describe('the editor', () => {
  const choose = async () => {
    await userEvent.click(await screen.findByRole('checkbox', { name: /stream 1/ }));
    await userEvent.click(screen.getByRole('checkbox', { name: /stream 2/ }));
  };

  it('says why a stream cannot be chosen', async () => {
    answering(stock);
    show(<NewFlowPage />);
    await userEvent.click(await screen.findByRole('checkbox', { name: /stream 1/ }));
    const payments = screen.getByRole('checkbox', { name: /stream 3/ });
    expect(payments).toHaveProperty('disabled', true);
    expect(screen.getByText(editorWords.streams.why.kind('Payments', 'Tasks'))).toBeTruthy();
  });

  it('fills in what is suggested, makes the flow and begins its plan', async () => {
    const asked = answering({
      ...stock,
      'POST /flows': flow({ status: 'draft' }),
      [`POST /flows/${flowId}/plans`]: plan({ status: 'queued' }),
    });
    show(<NewFlowPage />);
    await choose();
    expect((await screen.findAllByText('Both call it title')).length).toBe(2);
    await userEvent.click(screen.getByRole('button', { name: editorWords.saveAndPlan }));
    await waitFor(() => expect(push).toHaveBeenCalled(), patience);
    expect(push).toHaveBeenCalledWith(`/w/ops/flows/${flowId}/plan`);
    const [made, planned] = writes(asked);
    expect(made?.body).toMatchObject({
      match_fields: ['title'],
      sides: [
        { stream_id: idOf(1), rules: [{ field: 'title' }, { field: 'state' }] },
        { stream_id: idOf(2) },
      ],
    });
    expect(planned?.path).toBe(`/flows/${flowId}/plans`);
  });

  it('sends a direction somebody chose, and takes it back', async () => {
    answering(stock);
    show(<NewFlowPage />);
    await choose();
    const cell = (await screen.findAllByRole('group', { name: /^Title, / }))[0] as HTMLElement;
    await userEvent.click(within(cell).getByRole('radio', { name: editorWords.directions.out }));
    expect(within(cell).getByText(editorWords.mapping.changed)).toBeTruthy();
    await userEvent.click(within(cell).getByRole('button', { name: /^Reset Title/ }));
    expect(within(cell).queryByText(editorWords.mapping.changed)).toBeNull();
  });

  it('edits a map of values, with those known there offered', async () => {
    answering(stock);
    show(<NewFlowPage />);
    await choose();
    const cell = (await screen.findAllByRole('group', { name: /^State, / }))[0] as HTMLElement;
    await userEvent.click(within(cell).getByRole('button', { name: /Show the value map/ }));
    expect(within(cell).getByDisplayValue('Todo')).toBeTruthy();
    await userEvent.click(within(cell).getByRole('button', { name: editorWords.values.fill(2) }));
    expect(within(cell).getByDisplayValue('In Progress')).toBeTruthy();
    expect(within(cell).getByDisplayValue('in_progress')).toBeTruthy();
    await userEvent.click(within(cell).getByRole('button', { name: editorWords.values.remove(0) }));
    expect(within(cell).queryByDisplayValue('Todo')).toBeNull();
  });

  it('shows what the hub refuses at the field it is about', async () => {
    const refusal = {
      detail: 'It cannot be.',
      errors: [{ field: 'sides.1.rules.0.side_field', reason: 'would be written from two' }],
    };
    answering({ ...stock, 'POST /flows': Response.json(refusal, { status: 400 }) });
    show(<NewFlowPage />);
    await choose();
    await screen.findAllByText('Both call it title');
    await userEvent.click(screen.getByRole('button', { name: editorWords.saveAndPlan }));
    const cells = await screen.findAllByRole('group', { name: /^Title, / });
    expect(
      await within(cells[1] as HTMLElement).findByText('would be written from two'),
    ).toBeTruthy();
    expect(within(cells[0] as HTMLElement).queryByRole('alert')).toBeNull();
    expect(push).not.toHaveBeenCalled();
  });

  it('asks before unsaved work is left', async () => {
    answering({ ...stock, [`GET /flows/${flowId}`]: flow() });
    show(<EditFlowPage id={flowId} />);
    const name = await screen.findByRole('textbox', { name: editorWords.name });
    await userEvent.type(name, ' and more');
    await userEvent.click(screen.getByRole('link', { name: editorWords.cancel }));
    const dialog = await screen.findByRole('dialog', { name: editorWords.leave.title });
    await userEvent.click(within(dialog).getByRole('button', { name: editorWords.leave.action }));
    expect(push).toHaveBeenCalledWith(`/w/ops/flows/${flowId}`);
  });
});
