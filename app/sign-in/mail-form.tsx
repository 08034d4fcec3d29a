import { Mail } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/input';
import { words } from './words';

/** A plain form, as those of the providers: the answer is the same whoever asks. */
export function MailForm({ returnTo, isFirst }: { returnTo: string; isFirst: boolean }) {
  return (
    <form method="post" action="/api/auth/signin/email" className="grid gap-2.5">
      <input type="hidden" name="return_to" value={returnTo} />
      <label htmlFor="sign-in-email" className="font-medium">
        {isFirst ? words.mail.label : words.mail.orLabel}
      </label>
      <Input
        id="sign-in-email"
        name="email"
        type="email"
        required
        maxLength={254}
        autoComplete="email"
        placeholder={words.mail.placeholder}
      />
      <Button
        type="submit"
        size="lg"
        variant={isFirst ? 'primary' : 'secondary'}
        className="w-full"
        icon={<Mail aria-hidden="true" />}
      >
        {words.mail.ask}
      </Button>
    </form>
  );
}
