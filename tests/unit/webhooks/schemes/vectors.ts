import type { Vector } from './vector.ts';
import { otherVectors } from './vectors-other.ts';
import { plainVectors } from './vectors-plain.ts';
import { sdkVectors } from './vectors-sdk.ts';

/** One for each known service. */
export const vectors: readonly Vector[] = [...sdkVectors, ...plainVectors, ...otherVectors];
