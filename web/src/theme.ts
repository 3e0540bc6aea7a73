import { createEffect, createSignal } from "solid-js";

/** Dark until the viewer chooses otherwise; the choice is remembered in this browser. */
export type Theme = "dark" | "light";

const KEY = "tollgate.theme";

/** The theme in force and the step to the other one; the document follows at once. */
export function createTheme(): [theme: () => Theme, next: () => void] {
  const [theme, setTheme] = createSignal<Theme>(localStorage.getItem(KEY) === "light" ? "light" : "dark");
  createEffect(() => {
    document.documentElement.dataset.theme = theme();
    localStorage.setItem(KEY, theme());
  });
  const next = () => setTheme((current) => (current === "dark" ? "light" : "dark"));
  return [theme, next];
}
