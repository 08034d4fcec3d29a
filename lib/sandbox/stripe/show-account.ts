import type { Call } from './call.ts';
import type { Shape } from './world.ts';

/** https://docs.stripe.com/api/accounts/object */
export const showAccount = ({ world }: Call): Shape => ({
  id: world.account,
  object: 'account',
  business_profile: { mcc: null, name: 'Northwind Pumps', support_email: null, url: null },
  business_type: 'company',
  charges_enabled: true,
  country: 'DE',
  created: 1_640_995_200,
  default_currency: 'eur',
  details_submitted: true,
  email: 'finance@northwind.example',
  metadata: {},
  payouts_enabled: true,
  settings: { dashboard: { display_name: 'Northwind Pumps', timezone: 'Europe/Berlin' } },
  type: 'standard',
});
