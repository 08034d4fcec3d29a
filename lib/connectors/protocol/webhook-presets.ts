import type { PresetTable, WebhookPreset } from './webhook-preset.ts';
import { codeWebhooks } from './webhook-presets-code.ts';
import { fileWebhooks } from './webhook-presets-files.ts';
import { standardWebhooks } from './webhook-presets-standard.ts';
import { talkWebhooks } from './webhook-presets-talk.ts';
import { tradeWebhooks } from './webhook-presets-trade.ts';
import { workWebhooks } from './webhook-presets-work.ts';

const tables: readonly PresetTable[] = [
  codeWebhooks,
  talkWebhooks,
  tradeWebhooks,
  workWebhooks,
  fileWebhooks,
  standardWebhooks,
];

/** Every service whose webhooks are known here, those that are not on offer among them. */
export const knownWebhooks: readonly WebhookPreset[] = tables.flatMap((table) =>
  Object.entries(table).map(([name, preset]) => ({ name, ...preset })),
);

/** Those a person may choose from, by title. */
export const webhookPresets: readonly WebhookPreset[] = knownWebhooks
  .filter(({ withheld }) => withheld === null)
  .toSorted((a, b) => a.title.localeCompare(b.title, 'en'));

export const webhookPreset = (name: string): WebhookPreset | null =>
  knownWebhooks.find((preset) => preset.name === name) ?? null;
