import type { Bench } from './bench.ts';
import type { ContractEntry, Source } from './contract-entry.ts';
import { accessPoints, revokePoint } from './points-access.ts';
import { createPoints } from './points-create.ts';
import { readPoints } from './points-read.ts';
import { webhookPoints } from './points-webhook.ts';
import { writePoints } from './points-write.ts';

/** One thing a connector can be trusted with, and the test that finds out. */
export interface Point {
  id: string;
  /** A sentence for the README and the catalogue. */
  title: string;
  /** Whether the connector says that it can do this at all. */
  isClaimed: (entry: ContractEntry) => boolean;
  /** Whether the entry brings what the test needs. A claim that cannot be proven counts nothing. */
  isProvable: (bench: Bench) => boolean;
  /** Where it is earned, when not where the entry says. */
  source?: Source;
  /** Fails unless it is so. */
  prove: (bench: Bench) => Promise<void>;
}

/** In the order they are tried: the last ends the access. */
export const points: readonly Point[] = [
  ...accessPoints,
  ...readPoints,
  ...writePoints,
  ...createPoints,
  ...webhookPoints,
  revokePoint,
];
