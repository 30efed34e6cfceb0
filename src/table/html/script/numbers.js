// The data of the page in; the run, its pages and its numbers as objects, worst number first, out.
const element = (id) => document.getElementById(id);
const make = (name, text, className) => {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
};
const picture = (kind, base64) => `data:image/${kind};base64,${base64}`;
const percent = (share) => `${Math.floor(share * 100)} %`;
const plural = (count, noun) => `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

const run = JSON.parse(document.querySelector('script.run').textContent);
const numbers = [];
for (const script of document.querySelectorAll('script.scan')) {
  const scan = JSON.parse(script.textContent);
  script.remove();
  for (const page of scan.pages) {
    page.source = scan.source;
    page.blake3 = scan.blake3;
    for (const number of page.numbers) {
      number.page = page;
      number.key = [scan.source, page.page, number.field].join('\n');
      numbers.push(number);
    }
  }
}
// A stable sort: numbers that are as sure as each other stay in the order of the tables.
numbers.sort((one, other) => one.confidence - other.confidence);
