/** What a custom property of the theme is now. light-dark() resolves only in a colour property, so an element wears it. */
export function themeColour(name: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
