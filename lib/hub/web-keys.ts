import { readKeys } from '#lib/security/index';
import type { KeyClassState } from '#lib/security/schema';
import type { UseCaseDeps } from './web-use-cases.ts';

/** Keys of the installation as the web process may know them: names and counts. */
export function keyUseCases({ db }: UseCaseDeps) {
  return {
    read: (): Promise<KeyClassState[]> => readKeys(db),
  };
}
