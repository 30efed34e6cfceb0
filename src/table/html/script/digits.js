// The digit carpet: all digits that were read alike on one grid, least sure first, cut out of the crops of their numbers.
const CELL = 46;
const MOST_DIGITS = 1000;
const byClass = Array.from({ length: 10 }, () => []);
for (const number of numbers) {
  if (!number.crop) continue;
  for (const [digit, thousandths, ...bounds] of number.digits) byClass[digit].push({ number, thousandths, bounds });
}
for (const all of byClass) all.sort((one, other) => one.thousandths - other.thousandths);
let digit = 0;
let cell = 0;
let drawing = 0;
const grid = element('grid');
const digits = () => byClass[digit].slice(0, MOST_DIGITS);
const columns = () => Math.max(1, Math.floor(element('grid-frame').clientWidth / CELL));

// Draws one digit into its cell, as large as fits, with a little paper around.
const drawDigit = (context, image, { number, bounds }, place) => {
  const [cropX, cropY, cropWidth] = number.crop_bounds;
  const scale = image.naturalWidth / cropWidth;
  const margin = 0.12 * Math.max(bounds[2], bounds[3]);
  const [x, y] = [(bounds[0] - cropX - margin) * scale, (bounds[1] - cropY - margin) * scale];
  const [width, height] = [(bounds[2] + 2 * margin) * scale, (bounds[3] + 2 * margin) * scale];
  const room = CELL - 6;
  const growth = Math.min(room / width, room / height);
  const left = (place % columns()) * CELL + (CELL - width * growth) / 2;
  const top = Math.floor(place / columns()) * CELL + (CELL - height * growth) / 2;
  context.drawImage(image, x, y, width, height, left, top, width * growth, height * growth);
};

const frameCell = (context, place, colour, width) => {
  context.strokeStyle = colour;
  context.lineWidth = width;
  const [left, top] = [(place % columns()) * CELL, Math.floor(place / columns()) * CELL];
  context.strokeRect(left + width / 2, top + width / 2, CELL - width, CELL - width);
};

// The frames of all cells: the current one, those whose number was decided, the others.
const drawFrames = () => {
  const context = grid.getContext('2d');
  digits().forEach(({ number }, place) => {
    const correction = corrections.get(number.key);
    frameCell(context, place, '#ffffff', 3);
    if (correction) frameCell(context, place, isConfirmed(number, correction) ? '#2f855a' : '#c2410c', 2);
    else frameCell(context, place, '#d5d8dc', 1);
  });
  if (digits().length) frameCell(context, cell, '#0b57d0', 3);
  const chosen = digits()[cell];
  const rest = byClass[digit].length - digits().length;
  element('digit-place').textContent = chosen
    ? `${cell + 1} of ${plural(digits().length, 'digit')} read as ${digit}${rest ? ` (the ${rest.toLocaleString('en')} surest are left out)` : ''}: `
      + `${chosen.thousandths / 10} % sure, in ${chosen.number.value || 'no value'}, ${chosen.number.field} of ${chosen.number.page.source}, page ${chosen.number.page.page}`
    : `No digit was read as ${digit}, or there are no pictures of numbers in this file.`;
};

const drawCarpet = async () => {
  drawing += 1;
  const mine = drawing;
  const all = digits();
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [columns() * CELL, Math.max(1, Math.ceil(all.length / columns())) * CELL];
  grid.width = width * ratio;
  grid.height = height * ratio;
  grid.style.width = `${width}px`;
  grid.style.height = `${height}px`;
  grid.setAttribute('aria-label', `Digits read as ${digit}, least sure first`);
  const context = grid.getContext('2d');
  context.scale(ratio, ratio);
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  const places = new Map();
  all.forEach((one, place) => places.set(one.number, [...(places.get(one.number) ?? []), place]));
  for (const [number, cells] of places) {
    const image = new Image();
    image.src = picture('png', number.crop);
    try {
      await image.decode();
    } catch {
      continue;
    }
    if (mine !== drawing) return;
    for (const place of cells) drawDigit(context, image, all[place], place);
  }
  drawFrames();
};

const showClass = (chosen) => {
  digit = chosen;
  cell = 0;
  [...element('classes').children].forEach((button, index) => button.setAttribute('aria-pressed', String(index === digit)));
  drawFrames();
  drawCarpet();
  element('grid-frame').scrollTop = 0;
  grid.focus({ preventScroll: true });
};

const goToCell = (place) => {
  cell = Math.max(0, Math.min(place, digits().length - 1));
  drawFrames();
  const frame = element('grid-frame');
  const top = Math.floor(cell / columns()) * CELL;
  frame.scrollTop = Math.min(top, Math.max(frame.scrollTop, top + CELL - frame.clientHeight));
};

const showCarpet = (isCarpet) => {
  element('carpet').hidden = !isCarpet;
  element('review').hidden = isCarpet;
  element('digits').setAttribute('aria-pressed', String(isCarpet));
  if (isCarpet) showClass(digit);
  else choose(current());
  if (!isCarpet) focusRow();
};

const openDigit = () => {
  const chosen = digits()[cell];
  if (!chosen) return;
  showCarpet(false);
  open(chosen.number);
};

byClass.forEach((all, index) => {
  const button = make('button', `${index} `);
  button.type = 'button';
  button.append(make('kbd', all.length.toLocaleString('en')));
  button.setAttribute('aria-label', `${index}, ${plural(all.length, 'digit')}`);
  button.addEventListener('click', () => showClass(index));
  element('classes').append(button);
});
grid.addEventListener('click', (event) => {
  const place = Math.floor(event.offsetY / CELL) * columns() + Math.floor(event.offsetX / CELL);
  if (place >= digits().length) return;
  goToCell(place);
  openDigit();
});
window.addEventListener('resize', () => { if (!element('carpet').hidden) drawCarpet(); });
