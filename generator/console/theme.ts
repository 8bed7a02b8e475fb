const KEY = 'theme';

/** Takes the theme that was chosen on this browser, or that of its system, and follows the system's changes. */
export function startTheme(): void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => set(localStorage.getItem(KEY) ?? (system.matches ? 'dark' : 'light'));
  system.addEventListener('change', apply);
  apply();
}

/** From light to dark, and back. */
export function switchTheme(): void {
  const next = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  localStorage.setItem(KEY, next);
  set(next);
}

/** Charts draw with the colours of the theme: they hear of it. */
function set(theme: string): void {
  document.documentElement.dataset.theme = theme;
  document.dispatchEvent(new Event('themechange'));
}
