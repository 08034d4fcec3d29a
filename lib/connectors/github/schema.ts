import { z } from 'zod';
import { limits } from '#lib/core/index';

/**
 * What is read of GitHub's objects: no more than the mapping needs, every other key passes through.
 * https://docs.github.com/en/rest/issues/issues
 */
const idSchema = z.number().int().nonnegative();

const userSchema = z.looseObject({
  id: idSchema,
  login: z.string().min(1).max(200),
  avatar_url: z.string().nullish(),
});

const labelName = z.string().max(limits.setItemChars);

/** `state` and `state_reason` are text and not a list of values, so that a new one is no fault. */
export const issueSchema = z.looseObject({
  id: idSchema,
  number: idSchema,
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  state_reason: z.string().nullish(),
  labels: z.array(z.union([labelName, z.looseObject({ name: labelName.nullish() })])).nullish(),
  assignees: z.array(userSchema.nullable()).nullish(),
  // The author of an issue whose account is gone is null.
  user: userSchema.nullish(),
  html_url: z.string().nullish(),
  comments: z.number().int().nonnegative().nullish(),
  created_at: z.string().nullish(),
  updated_at: z.string(),
  closed_at: z.string().nullish(),
  pull_request: z.unknown().optional(),
});
export type Issue = z.infer<typeof issueSchema>;

/** Enough of an issue to read it again, when it is not carried whole. */
export const issueStubSchema = z.looseObject({
  id: idSchema,
  number: idSchema,
  title: z.string().nullish(),
  pull_request: z.unknown().optional(),
});

export const repositorySchema = z.looseObject({
  name: z.string().min(1),
  full_name: z.string().min(1),
  owner: z.looseObject({ login: z.string().min(1) }),
  private: z.boolean().nullish(),
  archived: z.boolean().nullish(),
  disabled: z.boolean().nullish(),
  has_issues: z.boolean().nullish(),
  description: z.string().nullish(),
  open_issues_count: z.number().int().nonnegative().nullish(),
  permissions: z
    .looseObject({
      admin: z.boolean().nullish(),
      maintain: z.boolean().nullish(),
      push: z.boolean().nullish(),
    })
    .nullish(),
});

export const accountSchema = z.looseObject({
  id: idSchema,
  login: z.string().min(1),
  html_url: z.string().nullish(),
});

export const hookSchema = z.looseObject({
  id: idSchema,
  config: z.looseObject({ url: z.string().nullish() }).nullish(),
  active: z.boolean().nullish(),
  events: z.array(z.string()).nullish(),
});

export const searchCountSchema = z.looseObject({ total_count: z.number().int().nonnegative() });

/** https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#validation-failed */
export const errorBodySchema = z.looseObject({
  message: z.string(),
  url: z.string().max(500).nullish().catch(null),
  errors: z
    .array(
      z.union([
        z.string(),
        z.looseObject({
          field: z.string().nullish(),
          code: z.string().nullish(),
          message: z.string().nullish(),
        }),
      ]),
    )
    .nullish()
    .catch(null),
});

const namePart = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9_.-]+$/)
  .refine((name) => name !== '.' && name !== '..');

export const scopeSchema = z.object({ owner: namePart, repo: namePart });
