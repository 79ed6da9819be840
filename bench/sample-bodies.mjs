// Bodies full of links that rules rewrite, and endless ones in one line.

const PIECE = 16_384

const rows = (count, row) => Array.from({length: count}, (_, i) => row(i))
/** One that the first of the rules is for. */
export const link = i => `http://s/base0/item/${i}?a=1`
/** By media type: a body of about a megabyte, and what one line of many is made of. */
export const BODIES = {
  'application/json': {
    body: `{"rows":[${rows(9000, i => `{"id":${i},"name":"row number ${i}","href":"${link(i)}","tags":["a","b"]}`).join(',')}]}`,
    row: '{"id":1,"name":"row","href":"http://s/base0/x"},',
    around: ['{"rows":[', '0]}'],
  },
  'text/html': {
    body: `<html>${rows(9000, i => `<tr class="row"><td>${i}</td><td><a href="${link(i)}">row ${i}</a></td></tr>\n`).join('')}</html>`,
    row: '<td><a href="http://s/base0/x">row</a></td>',
    around: ['<html>', '</html>'],
  },
  'text/javascript': {
    body: rows(12_000, i => `function f${i}(a){return fetch("${link(i)}").then(a)}\n`).join(''),
    row: 'f(a);fetch("http://s/base0/x");',
    around: ['', ''],
  },
  'application/xml': {
    body: `<rows>${rows(12_000, i => `<row id="${i}" href="${link(i)}">row number ${i}</row>`).join('')}</rows>`,
    row: '<row id="1" href="http://s/base0/x">row</row>',
    around: ['<rows>', '</rows>'],
  },
}

/** Bytes in pieces as they come from a socket. */
export function* cut(bytes) {
  for (let i = 0; i < bytes.length; i += PIECE) yield bytes.subarray(i, i + PIECE)
}

/** A body of so many megabytes without a line break. */
export function* longLine({row, around}, megabytes) {
  const block = Buffer.from(row.repeat(Math.ceil(PIECE / row.length)))
  yield Buffer.from(around[0])
  for (let left = megabytes * 1e6; left > 0; left -= block.length) yield block
  yield Buffer.from(around[1])
}
