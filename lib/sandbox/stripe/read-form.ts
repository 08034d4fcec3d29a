import { z } from 'zod';
import { invalid, StripeError } from './stripe-error.ts';

export type Form = { [key: string]: string | Form };

const maxPairs = 1_000;

/** `a[b]=1&c[0]=2&d[]=3` as objects; lists keep their numbers as keys. */
export function readForm(parameters: URLSearchParams): Form {
  const form: Form = {};
  let count = 0;
  for (const [name, value] of parameters) {
    count += 1;
    if (count > maxPairs) throw invalid('Too many parameters.');
    const head = /^[^[\]]+/.exec(name)?.[0];
    const rest = head === undefined ? '' : name.slice(head.length);
    if (head === undefined || !/^(\[[^[\]]*\])*$/.test(rest)) {
      throw invalid(`Invalid request (the parameter ${name.slice(0, 60)} cannot be read).`);
    }
    const keys = [head, ...[...rest.matchAll(/\[([^[\]]*)\]/g)].map((match) => match[1] ?? '')];
    put(form, keys, value, name);
  }
  return form;
}

function put(form: Form, keys: string[], value: string, name: string): void {
  let here = form;
  for (const [index, key] of keys.entries()) {
    const at = key === '' ? String(Object.keys(here).length) : key;
    const isOwn = Object.hasOwn(here, at);
    if (index === keys.length - 1) {
      here[at] = value;
      return;
    }
    const next = isOwn ? here[at] : undefined;
    if (typeof next === 'string' || at === '__proto__') throw invalid(`Invalid hash: ${name}`);
    const child: Form = next ?? {};
    here[at] = child;
    here = child;
  }
}

/** Parameters of a call, checked as strictly as Stripe does; every refusal names the parameter. */
export function readParams<T extends z.ZodType>(schema: T, form: Form): z.output<T> {
  const read = schema.safeParse(form);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  if (!issue) throw invalid('Invalid request.');
  if (issue.code === 'custom' && issue.params?.['error'] instanceof StripeError) {
    throw issue.params['error'];
  }
  const at = bracketed(issue.path);
  if (issue.code === 'unrecognized_keys') {
    const param = bracketed([...issue.path, issue.keys[0] ?? '']);
    throw invalid(`Received unknown parameter: ${param}`, { code: 'parameter_unknown', param });
  }
  if (issue.code === 'invalid_type' && valueAt(form, issue.path) === undefined) {
    throw invalid(`Missing required param: ${at}.`, { code: 'parameter_missing', param: at });
  }
  throw invalid(issue.message, { param: at });
}

function bracketed(path: readonly PropertyKey[]): string {
  const [head = '', ...rest] = path.map(String);
  return head + rest.map((key) => `[${key}]`).join('');
}

function valueAt(form: Form, path: readonly PropertyKey[]): unknown {
  let here: unknown = form;
  for (const key of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<PropertyKey, unknown>)[key];
  }
  return here;
}

/** Text of at most so many characters; an empty text unsets. */
export const text = (max: number) =>
  z.string().refine((value) => value.length <= max, {
    error: (issue) =>
      `Invalid string: ${String(issue.input).slice(0, 10)}...${String(issue.input).slice(-6)}; must be at most ${max} characters`,
  });

export const integer = (low: number, high: number) =>
  z
    .string()
    .refine((value) => /^-?\d{1,15}$/.test(value), {
      error: (issue) => `Invalid integer: ${String(issue.input).slice(0, 40)}`,
    })
    .transform(Number)
    .refine((value) => value >= low, {
      error: `This value must be greater than or equal to ${low}.`,
    })
    .refine((value) => value <= high, {
      error: `This value must be less than or equal to ${high}.`,
    });

export const listOf = (max: number) =>
  z
    .record(z.string(), z.string())
    .transform((form) => Object.values(form))
    .refine((items) => items.length <= max, { error: `Array must have at most ${max} elements.` });

/** Metadata: up to 50 keys; an empty value removes its key. */
export const metadata = z
  .record(z.string().max(40), z.string().max(500))
  .refine((value) => Object.keys(value).length <= 50, {
    error: 'Metadata can have up to 50 keys.',
  });
