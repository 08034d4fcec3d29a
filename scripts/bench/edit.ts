import type { Page } from 'playwright';
import type { RecordRow } from '#lib/records/schema';
import { startEcho } from '../../tests/bench/echo.ts';
import type { Person } from '../../tests/system/person.ts';
import { eventually } from '../../tests/system/waiting.ts';
import { compare, figure, quantile, type Result, spreadOf } from './figures.ts';
import { painted, watchPaint } from './paint.ts';
import { closeHub, openBrowser, openHub, openPage, openRecords, signIn } from './people.ts';

const rounds = 5;
/** Of each round and side; each of another record. */
const edits = 8;

/** In milliseconds after Enter; `frames` are those that began before the page had changed. */
const measured = ['painted', 'frames', 'committed', 'accepted', 'echoed'] as const;
type Stages = Record<(typeof measured)[number], number[]>;

/** p95 of the provider's yes, and frames that may begin before ours: the next one is to show it. */
const bars = { accepted: 1_000, frames: 1 };

/** The record behind a title, once the hub has it. */
const findByTitle = (person: Person, title: string): Promise<RecordRow> =>
  eventually(`${title} is in the hub`, async () => {
    const { data } = await person.ask<{ data: RecordRow[] }>('GET', '/records?limit=200');
    return data.find((record) => record.data['title'] === title);
  });

/** One title, edited with the keyboard in the row that is active, and followed to its echo. */
async function editOnce(page: Page, person: Person, mark: string, stages: Stages): Promise<void> {
  await page.keyboard.press('e');
  await page.getByRole('textbox', { name: 'Title' }).fill(mark);
  await page.keyboard.press('Enter');
  const { at, frames } = await painted(page, mark);
  const entered = await page.evaluate(() => window.entered);
  const { id } = await findByTitle(person, mark);
  const told = await eventually(`${mark} is echoed`, async () => {
    const { pushes, changes } = await person.history(id);
    return pushes[0]?.echoed_at ? { push: pushes[0], changes } : null;
  });
  const change = told.changes.find(({ diff }) => diff['title']?.[1] === mark);
  const after = (time: string | null | undefined): number => Date.parse(time ?? '') - entered;
  stages.painted.push(at - entered);
  stages.frames.push(frames);
  stages.committed.push(after(change?.at));
  stages.accepted.push(after(told.push.finished_at));
  stages.echoed.push(after(told.push.echoed_at));
}

/** Enter in a bare field that writes a bare text. */
async function enterOnce(page: Page, mark: string): Promise<number> {
  await page.locator('#field').fill(mark);
  await page.keyboard.press('Enter');
  const { at } = await painted(page, mark);
  return at - (await page.evaluate(() => window.entered));
}

export async function editBench(): Promise<Result[]> {
  const world = await openHub();
  const [browser, echo] = [await openBrowser(), await startEcho()];
  const [page, bare] = [await openPage(browser), await openPage(browser)];
  const stages: Stages = { painted: [], frames: [], committed: [], accepted: [], echoed: [] };
  const reference: number[] = [];
  try {
    await Promise.all([watchPaint(page), watchPaint(bare)]);
    await bare.goto(echo.url);
    await signIn(page, world.hub.origin);
    await openRecords(page, world.hub.origin);
    const grid = page.getByRole('grid', { name: 'Records' });
    for (let round = 0; round < rounds; round += 1) {
      await bare.bringToFront();
      for (let index = 0; index < edits; index += 1)
        reference.push(await enterOnce(bare, `mark-bare-${round}-${index}`));
      await page.bringToFront();
      for (let index = 0; index < edits; index += 1) {
        await grid.focus();
        await page.keyboard.press('j');
        await editOnce(page, world.person, `mark-edit-${round}-${index}`, stages);
      }
    }
  } finally {
    await browser.close();
    await echo.close();
    await closeHub(world);
  }
  return results(stages, reference);
}

function results(stages: Stages, reference: number[]): Result[] {
  const after = (stage: keyof Stages, share: number): Result =>
    compare({
      bench: `edit: ${stage}`,
      against: 'bare page painted',
      ours: stages[stage],
      reference,
      share,
      unit: 'ms',
    });
  const bar = (stage: keyof typeof bars, unit: string): Result => ({
    figure: figure({
      bench: `edit: ${stage} p95`,
      against: 'bar',
      ours: quantile(stages[stage], 0.95),
      reference: bars[stage],
      unit,
      n: stages[stage].length,
    }),
    spread: spreadOf(stages[stage], unit),
  });
  const timed = ['painted', 'committed', 'accepted', 'echoed'] as const;
  return [
    ...timed.flatMap((stage) => [after(stage, 0.5), after(stage, 0.95)]),
    bar('frames', 'frames'),
    bar('accepted', 'ms'),
  ];
}
