// The keyboard and the buttons: events in, steps out; and the beginning.
const showHelp = () => {
  element('kept').textContent = isKept
    ? 'Your corrections stay in this browser when the page is closed, on this computer alone.'
    : 'This browser keeps nothing for files: save the corrections before you close the page.';
  element('help-text').showModal();
};

const saveAndTell = () => {
  if (!take(false)) return;
  save();
  showProgress();
  say(`${plural(corrections.size, 'number')} saved`);
};

const takeBack = () => {
  const number = undo();
  if (!number) return say('There is nothing to undo');
  open(number);
  return say(`Taken back: ${describe(number)}`);
};

const settle = (corrected) => {
  if (!current()) return;
  decide(current(), corrected);
  fillState(rowOf(at), current());
  showProgress();
  goTo(at + 1);
};

const showOthers = () => {
  if (!take(false)) return;
  element('show').value = element('show').value === 'review' ? 'all' : 'review';
  choose(current());
  focusRow();
};

const anywhere = { c: () => { if (take(false)) showCarpet(element('carpet').hidden); }, s: saveAndTell, '?': showHelp, u: takeBack, v: showOthers };

const inTable = {
  Enter: () => leave(at + 1, true),
  ArrowDown: () => leave(at + 1),
  ArrowUp: () => leave(at - 1),
  PageDown: () => leave(firstOfPart() + PART),
  PageUp: () => leave(firstOfPart() - 1),
  Escape: () => { if (current()) fillState(rowOf(at), current()); },
  a: () => { if (current()?.alternative) settle(current().alternative); else say('There is no second guess'); },
  e: () => settle(EMPTY),
  ...anywhere,
};

const inCarpet = {
  ArrowRight: () => goToCell(cell + 1),
  ArrowLeft: () => goToCell(cell - 1),
  ArrowDown: () => goToCell(cell + columns()),
  ArrowUp: () => goToCell(cell - columns()),
  Home: () => goToCell(0),
  End: () => goToCell(MOST_DIGITS),
  Enter: openDigit,
  Escape: () => showCarpet(false),
  c: () => showCarpet(false),
  '?': showHelp,
  s: saveAndTell,
};
for (let key = 0; key < 10; key += 1) inCarpet[key] = () => showClass(key);

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || element('help-text').open) return;
  const isInTable = event.target.closest?.('#rows') != null;
  const isElsewhere = event.target === document.body;
  const isTyping = event.target.matches?.('#by, select');
  if (isTyping) return;
  const isButton = event.target.matches?.('button');
  let step;
  if (!element('carpet').hidden) step = isButton && event.key === 'Enter' ? undefined : inCarpet[event.key];
  else if (isInTable || isElsewhere) step = inTable[event.key];
  else step = anywhere[event.key];
  if (step) {
    event.preventDefault();
    step();
  } else if (isInTable && event.key.length === 1 && !/[\d.,+-]/.test(event.key)) {
    // Values hold no letters; one that means nothing here must not get into them.
    event.preventDefault();
  } else if (isElsewhere && element('carpet').hidden && /^[\d.,+-]$/.test(event.key)) {
    focusRow();
  }
});

for (const id of ['show', 'field', 'source']) element(id).addEventListener('change', () => { at = 0; choose(); });
element('controls').addEventListener('submit', (event) => event.preventDefault());
element('by').addEventListener('change', keep);
element('digits').addEventListener('click', anywhere.c);
element('save').addEventListener('click', saveAndTell);
element('help').addEventListener('click', showHelp);
element('close-help').addEventListener('click', () => element('help-text').close());
element('help-text').addEventListener('close', () => (element('carpet').hidden ? focusRow() : grid.focus()));
element('back').addEventListener('click', inTable.PageUp);
element('on').addEventListener('click', inTable.PageDown);
window.addEventListener('beforeunload', (event) => { if (unsaved && !isKept) event.preventDefault(); });

const addChoices = (id, names) => element(id).append(...[...new Set(names)].sort().map((name) => {
  const choice = make('option', name);
  choice.value = name;
  return choice;
}));

const remark = () => {
  const { left_out: left, files_failed: failed } = run;
  const parts = [];
  if (failed) parts.push(`${plural(failed, 'file')} could not be read as a whole: see files.csv`);
  if (left.for_review + left.others) {
    parts.push(`to stay small, this file leaves out ${plural(left.for_review, 'number')} to review and ${left.others.toLocaleString('en')} others: see numbers.csv`);
  }
  if (left.pictures) parts.push(`${plural(left.pictures, 'picture')} of pages left out`);
  return parts.join('; ');
};

recall();
addChoices('field', numbers.map((number) => number.field));
addChoices('source', numbers.map((number) => number.page.source));
for (const choice of element('show').options) {
  const count = numbers.filter((number) => choice.value === 'all' || number.status === choice.value).length;
  choice.textContent += ` (${count.toLocaleString('en')})`;
}
if (!numbers.some((number) => number.status === 'review')) element('show').value = 'all';
element('remark').textContent = remark();
choose();
focusRow();
