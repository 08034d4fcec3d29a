/**
 * kinds: the canonical fields of each kind of record, with the comparator and the way to merge of
 * each field. Pure and client-safe; connectors map to these, sync merges by them, pages show them.
 */

export { checkField } from './check-field.ts';
export { type Comparator, fieldsEqual, normaliseField } from './compare.ts';
export { type ContactData, contactDataSchema } from './contact.ts';
export {
  defaultsOf,
  type FieldRule,
  fieldRule,
  fieldsOf,
  isReference,
  type Kind,
  kinds,
  type MergePolicy,
  type MergeRule,
  mergePolicies,
  referencesOf,
} from './fields.ts';
export { type MessageData, messageDataSchema } from './message.ts';
export {
  type PaymentData,
  type PaymentState,
  paymentDataSchema,
} from './payment.ts';
export type { Person } from './shapes.ts';
export { type TaskData, type TaskState, taskDataSchema, taskStates } from './task.ts';
