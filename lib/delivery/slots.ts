import { deliveryLimits } from './limits.ts';

/** One delivery on its way. */
interface Place {
  workspaceId: string;
  isFailing: boolean;
}

/**
 * The places of one worker for deliveries on their way. No workspace and no lot of failing
 * destinations gets all of them, so that whoever is slow leaves room for the others.
 */
export class Slots {
  private readonly taken = new Set<Place>();

  /** How many more of this kind may leave. */
  room(for_: Place): number {
    const { slots, slotsOfWorkspace, slotsOfFailing } = deliveryLimits;
    const all = [...this.taken];
    const here = all.filter((place) => place.workspaceId === for_.workspaceId).length;
    const failing = all.filter((place) => place.isFailing).length;
    const bounds = [slots - all.length, slotsOfWorkspace - here];
    if (for_.isFailing) bounds.push(slotsOfFailing - failing);
    return Math.max(0, Math.min(...bounds));
  }

  free(): number {
    return deliveryLimits.slots - this.taken.size;
  }

  take(place: Place): () => void {
    const own = { ...place };
    this.taken.add(own);
    return () => {
      this.taken.delete(own);
    };
  }
}
