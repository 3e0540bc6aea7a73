import { createEffect, createSignal } from "solid-js";

/** `system` follows the device; the others are the viewer's own choice, remembered in this browser. */
export type Theme = "system" | "dark" | "light";

const THEMES: readonly Theme[] = ["system", "dark", "light"];
const KEY = "tollgate.theme";

/** The chosen theme and the step to the next one; the document follows at once. */
export function createTheme(): [theme: () => Theme, next: () => void] {
  const [theme, setTheme] = createSignal<Theme>(
    THEMES.find((name) => name === localStorage.getItem(KEY)) ?? "system",
  );
  createEffect(() => {
    document.documentElement.dataset.theme = theme();
    localStorage.setItem(KEY, theme());
  });
  const next = () => setTheme((current) => THEMES[(THEMES.indexOf(current) + 1) % THEMES.length] ?? "system");
  return [theme, next];
}
