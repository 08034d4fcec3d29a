import { z } from 'zod';
import { limits } from '#lib/core/index';
import { foreignId, link, moment, personSchema, textSet } from './shapes.ts';

/** A person or company somebody deals with (a customer, a lead). E-mail addresses as the service holds them. */
export const contactDataSchema = z.object({
  name: z.string().max(limits.titleChars),
  emails: textSet,
  phones: textSet,
  company: z.string().max(limits.titleChars).nullable(),
  owner: personSchema.nullable(),
  description: z.string().max(limits.bodyChars).nullable(),
  external_ref: foreignId.nullable(),
  url: link,
  created_at: moment.nullable(),
});
export type ContactData = z.infer<typeof contactDataSchema>;
