// Rows as CSV, for spreadsheets.

interface Exported<T> {
  header: string;
  text?: (row: T) => string;
}

/** A cell that a spreadsheet does not take for a formula. */
function cell(text: string): string {
  const harmless = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

export function csv<T>(columns: readonly Exported<T>[], rows: readonly T[]): string {
  const exported = columns.filter((column) => column.text !== undefined);
  const lines = [exported.map((column) => cell(column.header)), ...rows.map((row) => exported.map((column) => cell(column.text?.(row) ?? "")))];
  return `${lines.map((line) => line.join(",")).join("\r\n")}\r\n`;
}

export function saveCsv<T>(name: string, columns: readonly Exported<T>[], rows: readonly T[]): void {
  saveFile(`${name.toLowerCase().replaceAll(" ", "-")}.csv`, csv(columns, rows), "text/csv");
}

/** Hands a text to the browser as a download. */
export function saveFile(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
