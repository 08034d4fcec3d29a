import { between, type Chance, pick, weighted } from './chance.ts';
import type { Vocabulary } from './seed-words.ts';

export type Topic = 'bug' | 'feature' | 'docs' | 'test' | 'upgrade' | 'question' | 'slow';

export interface Draft {
  topic: Topic;
  title: string;
  body: string | null;
}

const topics: readonly (readonly [Topic, number])[] = [
  ['bug', 42],
  ['feature', 22],
  ['slow', 10],
  ['docs', 8],
  ['test', 7],
  ['upgrade', 6],
  ['question', 5],
];

/** An issue somebody could have written. */
export function draftIssue(chance: Chance, words: Vocabulary): Draft {
  const topic = weighted(chance, topics);
  const raw = titles[topic](chance, words);
  // A test is called what its file is called.
  const title = topic === 'test' ? raw : capitalise(raw);
  // One in fifteen people leaves the body empty.
  return { topic, title, body: chance() < 1 / 15 ? null : bodies[topic](chance, words) };
}

const capitalise = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** A component within a sentence. */
const the = (component: string): string =>
  /^[A-Z]{2}/.test(component)
    ? `the ${component}`
    : `the ${component.charAt(0).toLowerCase()}${component.slice(1)}`;

type Maker = (chance: Chance, words: Vocabulary) => string;

const statuses = ['400', '404', '409', '422', '500', '502'];

const titles: Record<Topic, Maker> = {
  bug: (chance, w) =>
    pick<Maker>(chance, [
      () => `${pick(chance, w.components)} ${pick(chance, w.symptoms)}`,
      () =>
        `${pick(chance, w.components)} ${pick(chance, w.symptoms)} after ${pick(chance, w.events)}`,
      () =>
        `${pick(chance, w.places)} fails with ${pick(chance, statuses)} when ${pick(chance, w.conditions)}`,
      () => `${pick(chance, w.places)}: wrong result if ${pick(chance, w.conditions)}`,
    ])(chance, w),
  feature: (chance, w) =>
    pick<Maker>(chance, [
      () => `Support ${pick(chance, w.abilities)} in ${pick(chance, w.places)}`,
      () => `${pick(chance, w.components)}: add ${pick(chance, w.abilities)}`,
      () => `Offer ${pick(chance, w.abilities)} when ${pick(chance, w.conditions)}`,
    ])(chance, w),
  slow: (chance, w) =>
    pick<Maker>(chance, [
      () =>
        `${pick(chance, w.places)} takes ${between(chance, 2, 40)} s when ${pick(chance, w.conditions)}`,
      () =>
        `${pick(chance, w.components)} needs ${between(chance, 2, 9)} times the memory after ${pick(chance, w.events)}`,
    ])(chance, w),
  docs: (chance, w) =>
    pick<Maker>(chance, [
      () => `Explain ${pick(chance, w.documents)}`,
      () => `Docs: ${pick(chance, w.documents)} is out of date`,
      () => `Add an example for ${pick(chance, w.documents)}`,
    ])(chance, w),
  test: (chance, w) =>
    `${pick(chance, w.suites)} fails about once in ${between(chance, 5, 60)} runs after ${pick(chance, w.events)}`,
  upgrade: (chance, w) =>
    `Upgrade ${pick(chance, w.packages)} to ${between(chance, 2, 9)}.${between(chance, 0, 14)}`,
  question: (chance, w) =>
    pick<Maker>(chance, [
      () => `Is it intended that ${the(pick(chance, w.components))} ${pick(chance, w.symptoms)}?`,
      () => `What should ${pick(chance, w.places)} answer when ${pick(chance, w.conditions)}?`,
    ])(chance, w),
};

const bodies: Record<Topic, Maker> = {
  bug: (chance, w) =>
    [
      `Seen ${between(chance, 2, 40)} times this week, always when ${pick(chance, w.conditions)}.`,
      '### Steps',
      `1. Start from a clean tenant\n2. Use **${pick(chance, w.places)}** until ${pick(chance, w.conditions)}\n3. Look at the result after ${pick(chance, w.events)}`,
      '### Expected',
      `No surprise. Instead ${the(pick(chance, w.components))} ${pick(chance, w.symptoms)}.`,
      chance() < 0.6
        ? `\`\`\`\n${pick(chance, w.places)}\nstatus: ${pick(chance, statuses)}\nrequest: req_${between(chance, 100_000, 999_999)}\n\`\`\``
        : `The log has nothing but \`status=${pick(chance, statuses)}\`.`,
    ].join('\n\n'),
  feature: (chance, w) =>
    [
      `Customers work around the lack of ${pick(chance, w.abilities)} by polling, which costs both sides.`,
      '### Proposal',
      `- [ ] Agree on the shape with support\n- [ ] Build it behind a flag in **${pick(chance, w.components)}**\n- [ ] Write down ${pick(chance, w.documents)}`,
      `Out of scope: anything about ${the(pick(chance, w.components))}.`,
    ].join('\n\n'),
  slow: (chance, w) =>
    [
      `| | p50 | p95 |\n|---|---|---|\n| before ${pick(chance, w.events)} | ${between(chance, 20, 90)} ms | ${between(chance, 100, 300)} ms |\n| after | ${between(chance, 300, 900)} ms | ${between(chance, 1_000, 9_000)} ms |`,
      `The profile points at ${the(pick(chance, w.components))}; it probably ${pick(chance, w.symptoms)}.`,
    ].join('\n\n'),
  docs: (chance, w) =>
    `Three tickets this month asked about ${pick(chance, w.documents)}. One paragraph and an example for \`${pick(chance, w.places)}\` would have answered all of them.`,
  test: (chance, w) =>
    `> expected ${between(chance, 2, 9)}, received ${between(chance, 10, 20)}\n\nIt looks as if ${the(pick(chance, w.components))} ${pick(chance, w.symptoms)}. Running the file alone is always green.`,
  upgrade: (chance, w) =>
    `The changelog mentions one thing that touches us: ${the(pick(chance, w.components))}. Nothing else should change.\n\n- [ ] read the changelog\n- [ ] run \`${pick(chance, w.suites)}\` twenty times`,
  question: (chance, w) =>
    `We integrate with *${pick(chance, w.places)}* and could not find it in the docs. Our reading is that it depends on whether ${pick(chance, w.conditions)}.`,
};

/** A remark below an issue. */
export function draftComment(chance: Chance, words: Vocabulary): string {
  return pick<Maker>(chance, [
    (c, w) => `I can reproduce it when ${pick(c, w.conditions)}.`,
    (c, w) =>
      `Could this be the same as the one where ${the(pick(c, w.components))} ${pick(c, w.symptoms)}?`,
    (c, w) =>
      `Happened again after ${pick(c, w.events)}, about ${between(c, 2, 50)} requests were hit.`,
    (c, w) =>
      `Taking this. Plan: look at ${the(pick(c, w.components))} first, then add a test to \`${pick(c, w.suites)}\`.`,
    () => 'Thanks for the report, that is enough to work with.',
    (c, w) => `As a stopgap: avoid \`${pick(c, w.places)}\` until ${pick(c, w.events)} is over.`,
    (c, w) => `I would rather fix ${the(pick(c, w.components))} than paper over it here.`,
    (c, w) => `Docs should mention ${pick(c, w.documents)} while we are at it.`,
    () => 'Any news on this one? It came up with a customer today.',
  ])(chance, words);
}

export const labelsOfTopic: Record<Topic, readonly string[]> = {
  bug: ['bug'],
  feature: ['enhancement'],
  slow: ['performance'],
  docs: ['documentation'],
  test: ['flaky test'],
  upgrade: ['dependencies'],
  question: ['question'],
};

/** Labels that follow from the words of a title. */
export function labelsOfTitle(title: string): string[] {
  const rules: [RegExp, string][] = [
    [/webhook|deliver|redeliver/i, 'webhooks'],
    [/invoice|payment|currency|cent\b/i, 'billing'],
    [/token|session|sign-in|role|key rotation/i, 'auth'],
    [/request body|signed|signature/i, 'security'],
  ];
  return rules.filter(([pattern]) => pattern.test(title)).map(([, label]) => label);
}
