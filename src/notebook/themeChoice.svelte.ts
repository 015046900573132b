/** Light, dark, or as the system says; remembered. */
export type ThemeChoice = '' | 'light' | 'dark';

class Theme {
  choice = $state<ThemeChoice>((document.documentElement.dataset.theme ?? '') as ThemeChoice);
  /** What is seen, whatever decided it. */
  dark = $state(false);

  constructor() {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const look = () => (this.dark = this.choice === 'dark' || (this.choice === '' && system.matches));
    system.addEventListener('change', look);
    look();
  }

  toggle() {
    this.dark = !this.dark;
    this.choice = this.dark ? 'dark' : 'light';
    document.documentElement.dataset.theme = this.choice;
    localStorage.setItem('theme', this.choice);
  }
}

export const theme = new Theme();
