import type { Permission } from './rows.ts';

export interface Person {
  login: string;
  name: string;
  email: string;
  /** False for the one whose address was never confirmed: nobody may be signed in by it. */
  verified: boolean;
  bio: string;
  location: string;
  /** In northwind/api and northwind/web. */
  permission: Permission | null;
  /** How often this person opens something, relative to the others. */
  weight: number;
}

export const organisation = {
  login: 'northwind',
  name: 'Northwind',
  description: 'Freight bookings, tracking and invoices in one place.',
};

export const people: readonly Person[] = [
  {
    login: 'mara-lindqvist',
    name: 'Mara Lindqvist',
    email: 'mara@northwind.example',
    verified: true,
    bio: 'Engineering lead at Northwind. Owns the public API.',
    location: 'Gothenburg',
    permission: 'admin',
    weight: 5,
  },
  {
    login: 'tobias-renner',
    name: 'Tobias Renner',
    email: 'tobias@northwind.example',
    verified: true,
    bio: 'Platform and on-call. Likes small pull requests.',
    location: 'Leipzig',
    permission: 'admin',
    weight: 6,
  },
  {
    login: 'priya-raman',
    name: 'Priya Raman',
    email: 'priya@northwind.example',
    verified: true,
    bio: 'Webhooks, queues, everything that retries.',
    location: 'Chennai',
    permission: 'admin',
    weight: 7,
  },
  {
    login: 'jonas-okafor',
    name: 'Jonas Okafor',
    email: 'jonas@northwind.example',
    verified: true,
    bio: 'Billing and invoices.',
    location: 'Lagos',
    permission: 'push',
    weight: 5,
  },
  {
    login: 'elena-castillo',
    name: 'Elena Castillo',
    email: 'elena@northwind.example',
    verified: true,
    bio: 'Front end, accessibility.',
    location: 'Valencia',
    permission: 'push',
    weight: 5,
  },
  {
    login: 'hana-mori',
    name: 'Hana Mori',
    email: 'hana@northwind.example',
    verified: true,
    bio: 'Search and data.',
    location: 'Kyoto',
    permission: 'push',
    weight: 4,
  },
  {
    login: 'sam-whitfield',
    name: 'Sam Whitfield',
    email: 'sam@northwind.example',
    verified: true,
    bio: 'Support engineering: the first to hear of it.',
    location: 'Leeds',
    permission: 'triage',
    weight: 8,
  },
  {
    login: 'luc-moreau',
    name: 'Luc Moreau',
    email: 'luc@harbourline.example',
    verified: true,
    bio: 'Integrates Northwind at Harbourline.',
    location: 'Marseille',
    permission: null,
    weight: 3,
  },
  {
    login: 'devon-park',
    name: 'Devon Park',
    email: 'devon@harbourline.example',
    verified: false,
    bio: 'New here.',
    location: 'Vancouver',
    permission: null,
    weight: 1,
  },
];

export const labels: readonly { name: string; color: string; description: string }[] = [
  { name: 'bug', color: 'd73a4a', description: 'Something does not work' },
  { name: 'enhancement', color: '1f9d8f', description: 'A new ability or a better one' },
  { name: 'documentation', color: '0075ca', description: 'Words for people who build on us' },
  { name: 'performance', color: 'c5630c', description: 'Slower or heavier than it should be' },
  { name: 'security', color: 'b60205', description: 'Handle with care' },
  { name: 'good first issue', color: '7057ff', description: 'Small, well described, welcome' },
  { name: 'question', color: 'd876e3', description: 'Needs an answer rather than a change' },
  { name: 'flaky test', color: 'fbca04', description: 'Passes when nobody looks' },
  { name: 'webhooks', color: '5319e7', description: 'Deliveries, signatures, retries' },
  { name: 'billing', color: '0e8a16', description: 'Invoices, tax, payment' },
  { name: 'auth', color: '006b75', description: 'Sign-in, tokens, roles' },
  { name: 'dependencies', color: '0366d6', description: 'Packages we stand on' },
  { name: 'needs triage', color: 'ededed', description: 'Nobody has looked yet' },
  { name: 'customer', color: 'f9d0c4', description: 'Reported by a customer' },
];
