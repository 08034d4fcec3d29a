import type { StateType } from './rows.ts';

export interface SeedPerson {
  displayName: string;
  name: string;
  admin: boolean;
  active: boolean;
}

export const seedPeople: readonly SeedPerson[] = [
  { displayName: 'mara', name: 'Mara Lindqvist', admin: true, active: true },
  { displayName: 'tobias', name: 'Tobias Renner', admin: true, active: true },
  { displayName: 'priya', name: 'Priya Raman', admin: false, active: true },
  { displayName: 'jonas', name: 'Jonas Okafor', admin: false, active: true },
  { displayName: 'elif', name: 'Elif Kaya', admin: false, active: true },
  { displayName: 'noor', name: 'Noor Haddad', admin: false, active: true },
  { displayName: 'henrik', name: 'Henrik Dahl', admin: false, active: false },
];

export interface SeedState {
  name: string;
  type: StateType;
  color: string;
  /** How many of the issues stand here, relative to the others. */
  share: number;
}

const common: readonly SeedState[] = [
  { name: 'Triage', type: 'triage', color: '#fc7840', share: 4 },
  { name: 'Backlog', type: 'backlog', color: '#bec2c8', share: 24 },
  { name: 'Todo', type: 'unstarted', color: '#e2e2e2', share: 18 },
  { name: 'In Progress', type: 'started', color: '#f2c94c', share: 12 },
];
const closing: readonly SeedState[] = [
  { name: 'Done', type: 'completed', color: '#5e6ad2', share: 30 },
  { name: 'Canceled', type: 'canceled', color: '#95a2b3', share: 5 },
  { name: 'Duplicate', type: 'canceled', color: '#95a2b3', share: 2 },
];

export const seedTeams = [
  {
    key: 'ENG',
    name: 'Engineering',
    description: 'The booking platform and its API.',
    states: [
      ...common,
      { name: 'In Review', type: 'started', color: '#0f783c', share: 7 },
      ...closing,
    ] satisfies SeedState[],
    labels: [
      { name: 'API', color: '#4ea7fc' },
      { name: 'Flaky test', color: '#fbca04' },
      { name: 'Performance', color: '#f2994a' },
      { name: 'Dependencies', color: '#0366d6' },
    ],
  },
  {
    key: 'OPS',
    name: 'Operations',
    description: 'What customers see first: support, billing, onboarding.',
    states: [...common, ...closing] satisfies SeedState[],
    labels: [
      { name: 'Billing', color: '#0e8a16' },
      { name: 'Onboarding', color: '#bb87fc' },
    ],
  },
] as const;

/** Of the whole workspace. */
export const seedLabels = [
  { name: 'Bug', color: '#eb5757', isGroup: false },
  { name: 'Feature', color: '#bb87fc', isGroup: false },
  { name: 'Improvement', color: '#4ea7fc', isGroup: false },
  { name: 'Customer', color: '#f9d0c4', isGroup: false },
  { name: 'Area', color: '#95a2b3', isGroup: true },
] as const;
