export interface Section {
  title: string;
  rows: [what: string, value: string, remark: string][];
}

export function equal([before, after]: [number, number]): string {
  return before === after ? 'equal' : 'NOT equal';
}

/** The title, and the rows below it in columns. */
export function formatSection({ title, rows }: Section): string {
  const width = (column: 0 | 1) => Math.max(...rows.map((row) => row[column].length));
  const [first, second] = [width(0), width(1)];
  const lines = rows.map(
    ([what, value, remark]) => `  ${what.padEnd(first)}  ${value.padStart(second)}  ${remark}`,
  );
  return [title, ...lines.map((line) => line.trimEnd())].join('\n');
}
