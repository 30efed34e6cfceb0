// The scan of the current number: its crop made large, and its page with the boxes of all numbers on it.
const SVG = 'http://www.w3.org/2000/svg';
let pageShown;

const boxFor = (number) => {
  const box = document.createElementNS(SVG, 'rect');
  const [x, y, width, height] = number.bounds;
  // A little outside the ink, which stays free to be seen.
  const margin = height / 6;
  const attributes = { x: x - margin, y: y - margin, width: width + 2 * margin, height: height + 2 * margin };
  for (const [name, value] of Object.entries(attributes)) box.setAttribute(name, value);
  box.addEventListener('click', () => open(number));
  return box;
};

const showPage = (page) => {
  pageShown = page;
  if (!page.thumbnail) {
    const text = 'The picture of this page is not in this file.';
    element('page').replaceChildren(make('p', text));
    return;
  }
  const image = make('img');
  image.src = picture('jpeg', page.thumbnail);
  image.alt = '';
  const boxes = document.createElementNS(SVG, 'svg');
  boxes.setAttribute('viewBox', `0 0 ${page.width} ${page.height}`);
  boxes.setAttribute('preserveAspectRatio', 'none');
  boxes.append(...page.numbers.map(boxFor));
  const sheet = make('div', undefined, 'sheet');
  sheet.append(image, boxes);
  element('page').replaceChildren(sheet);
};

const showScan = (number) => {
  element('large').hidden = !number?.crop;
  if (!number) {
    pageShown = undefined;
    element('page').replaceChildren();
    element('scan-name').textContent = '';
    return;
  }
  if (number.crop) element('large').src = picture('png', number.crop);
  element('scan-name').textContent = `${number.page.source}, page ${number.page.page}`;
  if (pageShown !== number.page) showPage(number.page);
  number.page.numbers.forEach((other, index) => {
    const box = element('page').querySelectorAll('rect')[index];
    if (!box) return;
    box.setAttribute('class', `${other.status} ${other === number ? 'current' : ''}`);
  });
  const frame = element('page');
  const height = frame.clientWidth * number.page.height / number.page.width;
  const middle = (number.bounds[1] + number.bounds[3] / 2) / number.page.height * height;
  frame.scrollTop = middle - frame.clientHeight / 2;
};
