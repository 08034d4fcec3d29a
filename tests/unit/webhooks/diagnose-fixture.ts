import { expect } from 'vitest';
import type { SignatureScheme } from '#lib/connectors/protocol/index';
import { diagnoseRefusal } from '#lib/webhooks/diagnose-refusal';
import type { Diagnosis, KnownSecret } from '#lib/webhooks/diagnosis';
import { verifySignature } from '#lib/webhooks/verify-signature';
import { presetOf, type Sent, sentAtMs, type Vector } from './schemes/vector.ts';
import { vectors } from './schemes/vectors.ts';

export const vectorOf = (preset: string): Vector => {
  const found = vectors.find((vector) => vector.preset === preset);
  if (!found) throw new Error(`No vector of ${preset}`);
  return found;
};

export const present = (text: string): KnownSecret => ({ text, replacedAtMs: null, isValid: true });
export const old = (text: string): KnownSecret => ({ text, replacedAtMs: 1_000, isValid: false });

interface Asked {
  preset: string;
  sent: Sent;
  secrets?: readonly KnownSecret[];
  otherUrls?: readonly string[];
  nowMs?: number;
  scheme?: SignatureScheme;
}

/** Only what is really refused is diagnosed. */
export async function diagnose(asked: Asked): Promise<Diagnosis> {
  const vector = vectorOf(asked.preset);
  const scheme = asked.scheme ?? presetOf(vector).descriptor.scheme;
  const secrets = asked.secrets ?? [present(vector.keys.paste)];
  const nowMs = asked.nowMs ?? sentAtMs;
  const valid = secrets.filter(({ isValid }) => isValid).map(({ text }) => text);
  const verdict = await verifySignature(
    scheme,
    asked.sent,
    [valid[0] ?? '', valid[1] ?? ''],
    nowMs,
  );
  expect(verdict.ok).toBe(false);
  const { otherUrls = [] } = asked;
  return diagnoseRefusal({ scheme, request: asked.sent, secrets, otherUrls, nowMs });
}
