import { nearest } from "../config/nearest.ts";

/** The known word that somebody probably meant: the one that begins so, else the nearest; null when none is near. Pure. */
export function guess(word: string, known: Iterable<string>): string | null {
  const words = [...known];
  const [completed, ...others] = word === "" ? [] : words.filter((one) => one.startsWith(word));
  return completed !== undefined && others.length === 0 ? completed : nearest(word, words);
}
