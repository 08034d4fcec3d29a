import { fileKms, unwrapKey } from '#lib/security/kms';

interface KeySettings {
  SEAL_KEK_FILE?: string | undefined;
}

/** The private keys of a process, the present one first, unwrapped where they are wrapped. */
export async function openKeys(
  env: KeySettings,
  named: { name: string; present: string; older: readonly string[] },
): Promise<[string, ...string[]]> {
  const kms = env.SEAL_KEK_FILE === undefined ? null : fileKms(env.SEAL_KEK_FILE);
  const older: string[] = [];
  for (const setting of named.older) older.push(await unwrapKey(kms, named.name, setting));
  return [await unwrapKey(kms, named.name, named.present), ...older];
}
