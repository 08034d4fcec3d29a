import { z } from 'zod';
import { limits } from '#lib/core/index';

/** A reference to somebody at a service; never a hub user. `id` is the service's own, as text. */
export const personSchema = z.object({
  id: z.string().min(1).max(200),
  login: z.string().min(1).max(200),
  name: z.string().max(200).nullable().optional(),
  avatar_url: z.string().max(2000).nullable().optional(),
});
export type Person = z.infer<typeof personSchema>;

/** One member of a set of texts. */
export const setItem = z.string().min(1).max(limits.setItemChars);
export const textSet = z.array(setItem).max(limits.setItems);
export const link = z.string().max(2000).nullable();
export const moment = z.iso.datetime();
/** The service's own id of another thing. */
export const foreignId = z.string().max(200);
/** Of such an id, with the connection behind it whose name it is. */
export const referenceChars = 240;
