import test from 'ava'
import {apply, becomes, detect, group} from './editing.js'

const type = 'application/xml'
const all = {type}

test(
  becomes,
  all,
  '<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY e "/old/x">]>\n<a b="/old/x" c=\'/old/y\' >/old/t<d/>\n</a>\n',
  '<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY e "/old/x">]>\n<a b="/gw/x" c=\'/gw/y\' >/gw/t<d/>\n</a>\n',
)
test(
  becomes,
  all,
  '<a><![CDATA[/old/x]]><!-- /old/x --><?p /old/x?></a>',
  '<a><![CDATA[/gw/x]]><!-- /old/x --><?p /old/x?></a>',
)
test(becomes, all, '<a b="/old/x?a&amp;b&#38;c">/old/&lt;é&#xe9;</a>', '<a b="/gw/x?a&amp;b&amp;c">/gw/&lt;éé</a>')
test('an entity of its own cannot be read', becomes, all, '<a>/old/&own;</a>', '<a>/old/&own;</a>')
test('nor one named like what every object has', becomes, all, '<a>/old/&constructor;</a>', '<a>/old/&constructor;</a>')
test(becomes, all, '<a b=">" c="/old/x">/old/y</a>', '<a b=">" c="/gw/x">/gw/y</a>')
test(becomes, all, '\ufeff<a>/old/x</a>', '\ufeff<a>/gw/x</a>')
test('an empty body', becomes, all, '', '')

const selects = (path: string) => ({type, parts: [apply(path, 'up')]})
test(becomes, selects('/a/b'), '<a>x<b>y</b><c>z</c></a>', '<a>x<b>Y</b><c>z</c></a>')
test(becomes, selects('/a/b/@c'), '<a c="w"><b c="x" d="y">z</b></a>', '<a c="w"><b c="X" d="y">z</b></a>')
test(becomes, selects('//b'), '<a><b>x</b><c><b>y</b></c></a>', '<a><b>X</b><c><b>Y</b></c></a>')
test(becomes, selects('/a/*'), '<a k="w"><b>x</b><c>y</c></a>', '<a k="w"><b>X</b><c>Y</c></a>')
test(
  'names without their prefix',
  becomes,
  selects('/a/b'),
  '<n:a xmlns:n="urn:x"><n:b>x</n:b></n:a>',
  '<n:a xmlns:n="urn:x"><n:b>X</n:b></n:a>',
)
test('what no path selects stays', becomes, selects('/a/b'), '<a c="/old/x">/old/y</a>', '<a c="/old/x">/old/y</a>')
test(
  'scope',
  becomes,
  {type, parts: [group('scope', '/a/b', apply('c', 'up'))]},
  '<a><c>x</c><b><c>y</c></b></a>',
  '<a><c>x</c><b><c>Y</c></b></a>',
)

const property = group('buffer', '/configuration/property', detect('name', 'fs\\..*', apply('value', 'up')))
test(
  'a value in pieces is changed as a whole, within a part that is held',
  becomes,
  {type, parts: [property]},
  '<configuration><property><value>x<!-- c -->&amp;y<?p?></value><name>fs.<!-- -->a</name></property><property><value>x<![CDATA[y]]></value><name>fs.b</name></property></configuration>',
  '<configuration><property><value>X&amp;Y<!-- c --><?p?></value><name>fs.<!-- -->a</name></property><property><value>x<![CDATA[y]]></value><name>fs.b</name></property></configuration>',
)
test(
  'a part is held until what it hangs on is there',
  becomes,
  {type, parts: [property]},
  '<configuration><property><value>x</value><name>fs.default</name></property><property><name>other</name><value>y</value></property></configuration>',
  '<configuration><property><value>X</value><name>fs.default</name></property><property><name>other</name><value>y</value></property></configuration>',
)

test(becomes, all, '<a>/old/x</b><c>/old/y</c>', '<a>/gw/x</b><c>/old/y</c>', '9: an end tag does not fit')
test(becomes, all, '<a b=/old/x>/old/y</a>', '<a b=/old/x>/old/y</a>', '0: an attribute is not well-formed')
test(becomes, all, 'text <a>/old/x</a>', 'text <a>/old/x</a>', '0: text is out of place')
test(becomes, all, '<a>/old/x', '<a>/old/x', '3: it ends too early')

const long = `/old/${'x'.repeat(40)}`
test(
  'what is longer than the limit passes',
  becomes,
  {type, limit: 30},
  `<a>${long}<b>/old/y</b><!--${long}--></a>`,
  `<a>${long}<b>/gw/y</b><!--${long}--></a>`,
)
test(
  'a tag that is longer than the limit passes, and what follows it is looked at',
  becomes,
  {type, limit: 30},
  `<a><b c="/old/x" d="${long}"/><e f="${long}>">/old/y</e></a>`,
  `<a><b c="/old/x" d="${long}"/><e f="${long}>">/gw/y</e></a>`,
)
test(
  'from a DOCTYPE that is longer than the limit all passes',
  becomes,
  {type, limit: 30},
  `<!DOCTYPE a [<!ENTITY b "${long}${long}${long}">]><a>/old/x</a>`,
  `<!DOCTYPE a [<!ENTITY b "${long}${long}${long}">]><a>/old/x</a>`,
  '0: its DOCTYPE is too long',
)
test(
  'of a filter too, where no path leads to it',
  becomes,
  {type, limit: 30, parts: [apply('/a/b/@c', 'up')]},
  `<a><e c="${long}"/><b c="x"/></a>`,
  `<a><e c="${long}"/><b c="X"/></a>`,
)

// what a path may say
const items = '<a b="x"><c d="x" e="x">x<f d="x">x</f>x</c></a>'
test('selects /a/c/text()', becomes, selects('/a/c/text()'), items, '<a b="x"><c d="x" e="x">X<f d="x">x</f>X</c></a>')
test('selects //text()', becomes, selects('//text()'), items, '<a b="x"><c d="x" e="x">X<f d="x">X</f>X</c></a>')
test('selects /a/c/@*', becomes, selects('/a/c/@*'), items, '<a b="x"><c d="X" e="X">x<f d="x">x</f>x</c></a>')
test('selects //@*', becomes, selects('//@*'), items, '<a b="X"><c d="X" e="X">x<f d="X">x</f>x</c></a>')
test('selects /*/@b', becomes, selects('/*/@b'), items, '<a b="X"><c d="x" e="x">x<f d="x">x</f>x</c></a>')
test(
  'a part of a text of its own, counted from what is held',
  becomes,
  {type, parts: [group('buffer', '/a/c', detect('f/text()', 'x', apply('text()', 'up'), apply('./@e', 'up')))]},
  '<a><c d="x" e="x">x<f>x</f></c><c e="x">x</c></a>',
  '<a><c d="x" e="X">X<f>x</f></c><c e="x">x</c></a>',
)
test(
  'the name of a namespace is no address',
  becomes,
  all,
  '<a xmlns="/old/x" xmlns:b="/old/y" b:c="/old/z"/>',
  '<a xmlns="/old/x" xmlns:b="/old/y" b:c="/gw/z"/>',
)
test(
  'text before a child and behind it are two values',
  becomes,
  {type, parts: [group('buffer', '/a', apply('b', 'mark'))]},
  '<a><b>x<!-- c -->y<c>z</c>u<d/>v</b></a>',
  '<a><b>«xy»<!-- c --><c>z</c>«u»<d/>«v»</b></a>',
)
