/**
 * How well typed words name a command, 0 for not at all. Every word typed must begin a word of one
 * of the names, or at least occur in it; the first name, the one shown, counts most. Stricter than
 * cmdk's own measure, which finds any letters in order and so puts "Records" before "Connect" for c.
 */
export function scoreCommand(names: readonly string[], typed: string): number {
  const words = typed.trim().toLowerCase().split(/\s+/u).filter(Boolean);
  if (words.length === 0) return 1;
  let best = 0;
  names.forEach((name, rank) => {
    const text = name.toLowerCase();
    const scores = words.map((word) => scoreWord(text, word));
    if (scores.includes(0)) return;
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    best = Math.max(best, mean * (rank === 0 ? 1 : 0.8));
  });
  return best;
}

function scoreWord(text: string, word: string): number {
  if (text.startsWith(word)) return 1;
  if (text.split(/[\s/._-]+/u).some((part) => part.startsWith(word))) return 0.8;
  return text.includes(word) ? 0.4 : 0;
}
