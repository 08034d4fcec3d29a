import { z } from 'zod';
import { limits } from '#lib/core/index';

/** `{data, next_cursor}`: what every list answers. */
export const listOf = <T extends z.ZodType>(row: T) =>
  z.object({
    data: z.array(row),
    next_cursor: z.string().nullable(),
    total: z.number().int().optional(),
  });

export const idParams = z.strictObject({ id: z.uuid() });

/** Optional for people who have exactly one workspace. */
export const inWorkspace = { workspace_id: z.uuid().optional() } as const;
export const workspaceQuery = z.strictObject(inWorkspace);

export const paging = {
  cursor: z.string().max(600).optional(),
  limit: z.coerce.number().int().min(1).max(limits.pageRows).default(limits.pageRowsDefault),
} as const;
export const pageQuery = z.strictObject({ ...inWorkspace, ...paging });

export const nothing = z.void();
