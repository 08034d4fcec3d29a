import { CopyButton } from '@/components/ui/copy-button';

/** An address that is pasted into a provider's console, exactly as it stands here. */
export function AddressToCopy({ label, value }: { label: string; value: string }) {
  return (
    <div>
      <div className="text-meta text-mut">{label}</div>
      <div className="mt-1 flex items-center justify-between gap-2 rounded-md border border-line bg-raise py-1 pr-1 pl-3">
        <code className="min-w-0 break-all text-meta">{value}</code>
        <CopyButton value={value} label={`Copy ${label}`} iconOnly />
      </div>
    </div>
  );
}
