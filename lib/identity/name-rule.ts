const nameChars = 80;

/** "Mara's workspace": the given name, or what stands before the @. */
export function firstWorkspaceName(person: { name: string | null; email: string }): string {
  const given = person.name?.trim().split(/\s+/)[0] || person.email.split('@')[0] || 'My';
  return `${given.slice(0, nameChars - 14)}’s workspace`;
}
