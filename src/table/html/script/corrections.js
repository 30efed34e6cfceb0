// What the person decided about numbers: kept in the browser's storage under the run's name where it allows that, and saved as a CSV.
const corrections = new Map();
const undone = [];
let unsaved = 0;
let isKept = true;
const storageKey = `scantally review ${run.run_id}`;
const EMPTY = 'empty';
// As `scantally review apply` takes it: a number with at most one decimal mark, or a date. A mark before three digits may part thousands.
const VALUE = /^(?:[+-]?\d+(?:[.,](?!\d{3}$)\d+)?|\d{4}-\d{2}-\d{2})$/;

const keep = () => {
  try {
    const content = { by: element('by').value, corrections: [...corrections] };
    localStorage.setItem(storageKey, JSON.stringify(content));
  } catch {
    isKept = false;
  }
};

const recall = () => {
  try {
    const content = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
    element('by').value = content.by ?? '';
    const known = new Set(numbers.map((number) => number.key));
    for (const [key, correction] of content.corrections ?? []) if (known.has(key)) corrections.set(key, correction);
  } catch {
    isKept = false;
  }
};

// The value that was put in, as it is written to the CSV.
const canonical = (text) => text.trim().replace(/^\+/, '').replace(',', '.');

const decide = (number, corrected) => {
  const before = corrections.get(number.key);
  if (before?.corrected === corrected) return;
  undone.push([number, before]);
  corrections.set(number.key, { corrected, by: element('by').value.trim(), at: new Date().toISOString().replace(/\.\d+/, '') });
  unsaved += 1;
  keep();
};

// Takes back the last step; the number that it was about, or nothing.
const undo = () => {
  const last = undone.pop();
  if (!last) return undefined;
  const [number, before] = last;
  if (before) corrections.set(number.key, before);
  else corrections.delete(number.key);
  unsaved += 1;
  keep();
  return number;
};

// The value that a number has as read, where it was confirmed.
const confirmed = (number) => (number.value === '' ? EMPTY : number.value);
const isConfirmed = (number, correction) => correction.corrected === confirmed(number);

// A cell that no spreadsheet takes for a formula; a negative number stays one.
const guarded = (text) => (/^[=+\-@\x00-\x1f]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text);
const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

const table = () => {
  const rows = [['run', 'source', 'page', 'field', 'blake3', 'value', 'corrected', 'by', 'at']];
  for (const number of numbers) {
    const correction = corrections.get(number.key);
    if (!correction) continue;
    const { page } = number;
    rows.push([run.run_id, page.source, String(page.page), number.field, page.blake3, guarded(number.value),
      guarded(correction.corrected), guarded(correction.by), correction.at]);
  }
  return rows.map((row) => `${row.map(quoted).join(',')}\n`).join('');
};

const save = () => {
  const link = make('a');
  link.href = URL.createObjectURL(new Blob([table()], { type: 'text/csv' }));
  link.download = `corrections-${run.run_id.replace(/[^\w-]/g, '')}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  unsaved = 0;
};
