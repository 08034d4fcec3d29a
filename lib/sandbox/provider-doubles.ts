import { linearDouble } from './linear/linear-double.ts';
import { mailDouble } from './mail/mail-double.ts';
import type { DoubleModule } from './provider-double.ts';
import { slackDouble } from './slack/slack-double.ts';
import { stripeDouble } from './stripe/stripe-double.ts';

/** The providers beside GitHub: one line each. A double lives in a folder of its own name. */
export const providerDoubles: readonly DoubleModule[] = [
  linearDouble,
  mailDouble,
  slackDouble,
  stripeDouble,
];
