import { readdirSync, readFileSync } from 'node:fs';
import { figure, type Result } from './figures.ts';
import { closeHub, openHub } from './people.ts';

const restMs = 60_000;
const barMb = 1_000;

interface Running {
  pid: number;
  parent: number;
  name: string;
}

/** Every process of this machine; those that end meanwhile are left out. */
function processes(): Running[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
        const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
        const name = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(entry), parent, name }];
      } catch {
        return [];
      }
    });
}

function familyOf(root: number): Running[] {
  const all = processes();
  const family = all.filter(({ pid }) => pid === root);
  for (const one of family) family.push(...all.filter(({ parent }) => parent === one.pid));
  return family;
}

/** Proportional set size: memory that several share is split between them. */
function pssMb(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** What tells a process by its command line. */
const names: [RegExp, string][] = [
  [/postgres/, 'PostgreSQL'],
  [/next/, 'web'],
  [/supabase\/local/, 'supabase'],
  [/sandbox\/main/, 'sandbox'],
  [/gateway-main/, 'gateway'],
  [/worker-main/, 'worker'],
];

const entryOf = (command: string): string =>
  names.find(([pattern]) => pattern.test(command))?.[1] ?? 'supervisor';

export async function idleBench(): Promise<Result[]> {
  const world = await openHub();
  try {
    console.log(`  connected and in step; resting for ${restMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, restMs));
    const parts = new Map<string, number>();
    const family = familyOf(world.hub.pid);
    for (const { pid, name } of family) {
      parts.set(entryOf(name), (parts.get(entryOf(name)) ?? 0) + pssMb(pid));
    }
    const total = [...parts.values()].reduce((sum, mb) => sum + mb, 0);
    const spread = [...parts].map(([name, mb]) => `${name} ${mb.toFixed(0)}`).join(' · ');
    return [
      {
        figure: figure({
          bench: 'idle',
          against: 'bar',
          ours: total,
          reference: barMb,
          unit: 'MB',
          n: family.length,
        }),
        spread: `${spread} MB`,
      },
    ];
  } finally {
    await closeHub(world);
  }
}
