// The table of numbers, a part at a time: what is to be shown in, rows with their inputs out; one row is the current one.
const PART = 40;
let shown = [];
let at = 0;

const isShown = (number) => {
  const show = element('show').value;
  return (show === 'all' || number.status === show)
    && (element('field').value === '' || number.field === element('field').value)
    && (element('source').value === '' || number.page.source === element('source').value);
};
const current = () => shown[at];
const firstOfPart = () => Math.floor(at / PART) * PART;
const rowOf = (place) => element('rows').children[place - firstOfPart()];
const say = (text) => { element('spoken').textContent = text; };

const describe = (number) => {
  const doubt = number.reasons.length ? `; ${number.reasons.join('; ')}` : '';
  const second = number.alternative ? `; perhaps ${number.alternative}` : '';
  return `${number.field} of ${number.page.source}, page ${number.page.page}, read as ${number.value || 'nothing'}, `
    + `${percent(number.confidence)} sure${second}${doubt}`;
};

const fillState = (row, number, problem) => {
  const [, valueCell, inputCell] = row.children;
  const input = inputCell.querySelector('input');
  const state = inputCell.querySelector('.state');
  const correction = corrections.get(number.key);
  const isReplaced = correction !== undefined && !isConfirmed(number, correction);
  valueCell.firstChild.classList.toggle('replaced', isReplaced);
  input.setAttribute('aria-invalid', String(Boolean(problem)));
  state.classList.toggle('wrong', Boolean(problem));
  if (problem) state.textContent = problem;
  else if (!correction) state.textContent = '';
  else if (correction.corrected === EMPTY) state.textContent = '✓ empty';
  else state.textContent = isReplaced ? `✓ ${correction.corrected}` : '✓ as read';
  if (!problem) input.value = isReplaced ? correction.corrected : '';
};

const rowFor = (number, place) => {
  const row = make('tr');
  const pictureCell = make('td');
  if (number.crop) {
    const image = make('img');
    image.src = picture('png', number.crop);
    image.alt = '';
    pictureCell.append(image);
  }
  const valueCell = make('td');
  valueCell.append(make('span', number.value || 'nothing', 'value'), make('br'));
  const second = number.alternative ? `, or ${number.alternative}` : '';
  valueCell.append(make('span', `${percent(number.confidence)} sure${second}`, 'second'));
  const inputCell = make('td');
  const input = make('input');
  input.inputMode = 'decimal';
  input.autocomplete = 'off';
  input.spellcheck = false;
  input.placeholder = number.value || EMPTY;
  input.setAttribute('aria-label', describe(number));
  input.addEventListener('focus', () => { if (at !== place) leave(place); });
  inputCell.append(input, make('span', '', 'state'));
  const where = make('td', `${number.field}, ${number.page.source}, page ${number.page.page}`, 'where');
  row.append(pictureCell, valueCell, inputCell, make('td', number.reasons.join('; '), 'doubt'), where);
  row.addEventListener('click', () => { leave(place); focusRow(); });
  fillState(row, number);
  return row;
};

const focusRow = () => rowOf(at)?.querySelector('input').focus();

const showProgress = () => {
  const done = shown.filter((number) => corrections.has(number.key)).length;
  const total = [...corrections.values()].length;
  element('progress').textContent = `${done.toLocaleString('en')} of ${plural(shown.length, 'number')} done`
    + (total ? `; ${total.toLocaleString('en')} decided, ${unsaved ? 'not all saved' : 'saved'}` : '');
  element('bar').value = shown.length ? done / shown.length : 1;
};

const showCurrent = () => {
  [...element('rows').children].forEach((row, index) => {
    const isCurrent = firstOfPart() + index === at;
    row.classList.toggle('current', isCurrent);
    if (isCurrent) row.setAttribute('aria-current', 'true');
    else row.removeAttribute('aria-current');
  });
  rowOf(at)?.scrollIntoView({ block: 'nearest' });
  showScan(current());
};

const showPart = () => {
  const first = firstOfPart();
  const part = shown.slice(first, first + PART);
  element('rows').replaceChildren(...part.map((number, index) => rowFor(number, first + index)));
  element('place').textContent = shown.length
    ? `Numbers ${first + 1} to ${first + part.length} of ${shown.length.toLocaleString('en')}, least sure first`
    : 'No number is to be shown here; choose others above.';
  element('back').disabled = first === 0;
  element('on').disabled = first + PART >= shown.length;
  showCurrent();
  showProgress();
};

// Makes the number at a place the current one; another part is shown where it lies there.
const goTo = (place) => {
  const before = firstOfPart();
  at = Math.max(0, Math.min(place, shown.length - 1));
  if (firstOfPart() !== before) showPart();
  else showCurrent();
  focusRow();
};

// Takes what was typed in the current row; false where it is no value.
const take = (isConfirming) => {
  const [row, number] = [rowOf(at), current()];
  if (!row) return true;
  const text = row.querySelector('input').value.trim();
  const correction = corrections.get(number.key);
  if (text === '') {
    const isKeptEmpty = correction?.corrected === EMPTY;
    if (isConfirming && !isKeptEmpty) decide(number, confirmed(number));
  } else if (!VALUE.test(text)) {
    const problem = 'Type a number such as 1234.50, or a date such as 2026-03-01';
    fillState(row, number, problem);
    say(problem);
    return false;
  } else {
    decide(number, canonical(text));
  }
  fillState(row, number);
  showProgress();
  return true;
};

// Goes from the current row to another place, with what was typed taken; stays where that is no value.
const leave = (place, isConfirming = false) => {
  if (take(isConfirming)) goTo(place);
  else focusRow();
};

const choose = (number) => {
  shown = numbers.filter(isShown);
  at = Math.max(0, shown.indexOf(number));
  showPart();
};

// Shows a number wherever it is; the filters give way where they hide it.
const open = (number) => {
  if (!isShown(number)) {
    element('show').value = 'all';
    element('field').value = '';
    element('source').value = '';
  }
  choose(number);
  focusRow();
};
