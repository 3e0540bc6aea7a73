import { createTheme } from "../theme.ts";

const GLYPHS = {
  dark: "M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6z",
  light:
    "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6z M8 1v1.6 M8 13.4V15 M1 8h1.6 M13.4 8H15 M3 3l1.2 1.2 M11.8 11.8 13 13 M13 3l-1.2 1.2 M4.2 11.8 3 13",
};

/** Changes between dark and light. */
export function ThemeSwitch() {
  const [theme, next] = createTheme();
  return (
    <button
      type="button"
      class="icon-button"
      onClick={next}
      aria-label={`Theme: ${theme()}`}
      title={`Theme: ${theme()}`}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true" data-theme-glyph={theme()}>
        <path d={GLYPHS[theme()]} />
      </svg>
    </button>
  );
}
