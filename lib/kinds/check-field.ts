import type { z } from 'zod';
import type { Json } from '#lib/core/index';
import { contactDataSchema } from './contact.ts';
import type { Kind } from './fields.ts';
import { messageDataSchema } from './message.ts';
import { paymentDataSchema } from './payment.ts';
import { taskDataSchema } from './task.ts';

/** Kinds without a connector yet take anything. */
const shapes: Record<Kind, Record<string, z.ZodType>> = {
  task: taskDataSchema.shape,
  message: messageDataSchema.shape,
  contact: contactDataSchema.shape,
  payment: paymentDataSchema.shape,
  event: {},
  document: {},
};

/** Why a value is none of the field's, in words for a person; null when it is. A field no kind names takes any. */
export function checkField(kind: Kind, field: string, value: Json): string | null {
  const shape = shapes[kind];
  const schema = Object.hasOwn(shape, field) ? shape[field] : undefined;
  const parsed = schema?.safeParse(value);
  if (!parsed || parsed.success) return null;
  return parsed.error.issues[0]?.message ?? 'It is not a value of this field.';
}
