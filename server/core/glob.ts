/**
 * Whether a text matches a pattern in which `*` stands for anything, also nothing. Case is ignored. Takes time in
 * proportion to both lengths multiplied at worst, so names from outside may be matched.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const wanted = pattern.toLowerCase();
  const given = text.toLowerCase();
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let index = 0; index < given.length; ) {
    if (wanted[at] === "*") {
      star = at++;
      resume = index;
    } else if (wanted[at] === given[index]) {
      at++;
      index++;
    } else if (star >= 0) {
      // The last star takes one character more.
      at = star + 1;
      index = ++resume;
    } else {
      return false;
    }
  }
  while (wanted[at] === "*") at++;
  return at === wanted.length;
}

/** The same for a model's name: with a vendor before it (`openai/gpt-4o`) it is no other model. */
export function matchesModel(pattern: string, model: string): boolean {
  return matchesGlob(pattern, model) || matchesGlob(pattern, model.slice(model.lastIndexOf("/") + 1));
}
