import test from 'ava'
import {apply, becomes} from './editing.js'

const type = 'text/html'
const all = {type}

// without a filter every attribute and text is tried
test(
  becomes,
  all,
  '<a href="/old/x" class=\'/old/y\' id=/old/z data-a = "/old/w">/old/t</a>',
  '<a href="/gw/x" class=\'/gw/y\' id=/gw/z data-a = "/gw/w">/gw/t</a>',
)
test(
  becomes,
  all,
  '<IMG SRC="/old/x"/><br/><input disabled value=/old/x>',
  '<IMG SRC="/gw/x"/><br/><input disabled value=/gw/x>',
)
test(becomes, all, '<a href=/old/x>a</a><p>1 < 2 </p>', '<a href=/gw/x>a</a><p>1 < 2 </p>')
test(
  becomes,
  all,
  '<!DOCTYPE html><!-- "/old/x" <a href="/old/x"> --><a href="/old/x">',
  '<!DOCTYPE html><!-- "/old/x" <a href="/old/x"> --><a href="/gw/x">',
)
test(becomes, all, '<!--><a href="/old/x"><!---><a href="/old/y">', '<!--><a href="/gw/x"><!---><a href="/gw/y">')
test(
  becomes,
  all,
  '<?php "/old/x" ?></a href="/old/x"><a b="/old/y">',
  '<?php "/old/x" ?></a href="/old/x"><a b="/gw/y">',
)
test(
  'a script is not tried',
  becomes,
  all,
  '<script>"/old/x"</script><script src="/old/y">/old/z</script>',
  '<script>"/old/x"</script><script src="/gw/y">/old/z</script>',
)
test(
  'in a text element there are no tags',
  becomes,
  all,
  '<title><a href="/old/x"></TITLE ><a href="/old/y">',
  '<title><a href="/old/x"></TITLE ><a href="/gw/y">',
)
test('what ends in the middle', becomes, all, '<a href="/old/x"><a href="/old/y', '<a href="/gw/x"><a href="/old/y')
test(
  'references are read as a browser reads them',
  becomes,
  all,
  '<a href="&#x2F;old&#47;x?a&#x3D;1&amp;b=&#39;2&#39;">',
  `<a href="/gw/x?a=1&amp;b='2'">`,
)
test(
  'an attribute with other references is looked at as it is written',
  becomes,
  all,
  '<a href="/old/caf&eacute;&#47;x">',
  '<a href="/gw/caf&eacute;&#47;x">',
)
test('a reference stays a reference', becomes, all, '<a href="/old/x?a=1&amp;b=2">', '<a href="/gw/x?a=1&amp;b=2">')
test(
  'bytes that are no text stay',
  becomes,
  {type: 'text/html; charset=iso-8859-1'},
  '<p>é</p><a href="/old/é">',
  '<p>é</p><a href="/gw/é">',
)
test('an empty body', becomes, all, '', '')

// expressions: of attributes and texts they fit the whole, in scripts they are found
const links = {type, parts: [apply('.*\\.js', 'up'), apply('/api/v1', 'mark')]}
test(
  becomes,
  links,
  '<script src="a.js"></script><a b="a.json" c="/api/v1" d="/api/v1/x">/api/v1</a>',
  '<script src="A.JS"></script><a b="a.json" c="«/api/v1»" d="/api/v1/x">«/api/v1»</a>',
)
test(
  becomes,
  links,
  '<script>get("/api/v1/x"); "b.js"\n"c.js"</script>',
  '<script>GET("«/API/V1»/X"); "B.JS\n"C.JS</script>'
    .replace('"B.JS\n"C.JS', '"B.JS"\n"C.JS"')
    .replace('GET("«/API/V1»/X"); "B.JS"', 'get("/api/v1/x"); "b.js"')
    .replace('get("/api/v1/x"); "b.js"\n"C.JS"', 'GET("/API/V1/X"); "B.JS"\n"C.JS"'),
)
test('what would end an attribute is escaped', becomes, {type, parts: [apply('q', 'quote')]}, '<a b=q>', '<a b=q>')

// what holds addresses within
test(
  becomes,
  all,
  '<img srcset="/old/x 1x,/old/y?a=1,2 2x , /old/z" imagesrcset=/old/w>',
  '<img srcset="/gw/x 1x,/gw/y?a=1,2 2x , /gw/z" imagesrcset=/gw/w>',
)
test(
  becomes,
  all,
  '<meta http-equiv=refresh content="0; URL=/old/x?a=1&amp;b=2"><meta content="5;/old/y"><meta content="see url=/old/z">',
  '<meta http-equiv=refresh content="0; URL=/gw/x?a=1&amp;b=2"><meta content="5;/gw/y"><meta content="see url=/old/z">',
)
test(
  becomes,
  links,
  `<p style="a: url('/api/v1/x')" onClick='go("/api/v1")' on="/api/v1" data-x="see /api/v1">`,
  `<p style="a: url('«/api/v1»/x')" onClick='go("«/api/v1»")' on="«/api/v1»" data-x="see /api/v1">`,
)
test(
  becomes,
  links,
  '<style media="/api/v1">@import "/api/v1/x";</style><style>b</style>',
  '<style media="«/api/v1»">@import "«/api/v1»/x";</style><style>b</style>',
)

const long = `/old/${'x'.repeat(40)}`
const short = {type, limit: 20}
test(
  'what is longer than the limit passes',
  becomes,
  short,
  `<a b="${long}" c=${long} d=/old/y>${long}</a>/old/z<b>`,
  `<a b="${long}" c=${long} d=/gw/y>${long}</a>/gw/z<b>`,
)
test(
  'a comment may be long',
  becomes,
  short,
  `<!--${long}${long}--><a b="/old/y">`,
  `<!--${long}${long}--><a b="/gw/y">`,
)

// addresses within attributes
test(becomes, all, '<a ping=" /old/x /y  /old/z">', '<a ping=" /gw/x /y  /gw/z">')
const inner = '&lt;a href=&quot;/old/y?&amp;amp;&quot;>&amp;nbsp;'
test(
  'a page within an attribute',
  becomes,
  {type, parts: [apply('/s/\\w+', 'up')]},
  `<iframe srcdoc="<p title='/s/a'>&lt;/p>é<script>f(&quot;/s/b&quot;)</script>"></iframe><iframe srcdoc="&lt;p>">`,
  `<iframe srcdoc="<p title='/S/A'></p>é<script>f(&quot;/S/B&quot;)</script>"></iframe><iframe srcdoc="&lt;p>">`,
)
test(
  becomes,
  all,
  `<iframe srcdoc="${inner}"></iframe><iframe srcdoc='<iframe srcdoc="<a href=/old/x>"></iframe><a href="/old/x">'>`,
  `<iframe srcdoc="<a href=&quot;/gw/y?&amp;amp;&quot;>&amp;nbsp;"></iframe><iframe srcdoc='<iframe srcdoc="<a href=/old/x>"></iframe><a href="/gw/x">'>`,
)
test(
  'a page with references beyond ASCII stays',
  becomes,
  all,
  '<iframe srcdoc="<a href=/old/x>&#8364;"></iframe><iframe srcdoc="<a href=/old/x>&nbsp;">',
  '<iframe srcdoc="<a href=/old/x>&#8364;"></iframe><iframe srcdoc="<a href=/old/x>&nbsp;">',
)

// whatever the attribute's name, and whatever the type of a script
const elements = (to: string) =>
  [
    'base href',
    'html manifest',
    'button formaction',
    'video poster',
    'object data',
    'use xlink:href',
    'body background',
  ]
    .map(name => `<${name}="${to}">`)
    .join('')
test('attributes of all names', becomes, all, elements('/old/x'), elements('/gw/x'))
const scripts = (to: string) =>
  `<script type="importmap">{"imports": {"a": "${to}/a.js"}}</script><script type=speculationrules>{"prefetch": [{"urls": ["${to}/b"]}]}</script>`
test(
  'import maps and speculation rules',
  becomes,
  {type, parts: [apply('/s(?=/)', 'up')]},
  scripts('/s'),
  scripts('/S'),
)
