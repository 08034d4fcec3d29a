import { verifySignature } from '#lib/webhooks/verify-signature';
import { presetOf, type Sent } from './vector.ts';

/** A request with a signature that was made elsewhere, by the service or by its own library. */
export interface Published {
  preset: string;
  secret: string;
  sent: Omit<Sent, 'proof'>;
  nowMs: number;
}

export const post = (
  headers: Record<string, string>,
  body: string,
  at: { url?: string; search?: string } = {},
): Published['sent'] => ({
  method: 'POST',
  url: at.url ?? null,
  search: at.search ?? '',
  headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
  body: Buffer.from(body),
});

/** The verdict, or the code of the refusal. */
export const judge = async ({ preset, secret, sent, nowMs }: Published): Promise<string> => {
  const { scheme } = presetOf({ preset }).descriptor;
  const result = await verifySignature(scheme, sent, [secret], nowMs);
  return result.ok ? result.value : result.error.code;
};
