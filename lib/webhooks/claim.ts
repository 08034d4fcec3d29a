/** What a request offers as proof, before anything is compared. */
export interface Claim {
  /** Whether it is that of a secret; false for a secret that can be none of this scheme. */
  fits(secret: string): boolean | Promise<boolean>;
  /** When it was sent; to be trusted only once a secret fits. Null where the scheme says nothing. */
  sentAtMs: (() => number | null) | null;
}

/** There is something, and it has not the form of a proof. */
export const unfit: Claim = { fits: () => false, sentAtMs: null };
