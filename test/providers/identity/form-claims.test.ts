import test from 'ava'
import {GatewayError} from '../../../gateway/common/errors.js'
import type {Body} from '../../../gateway/http/body.js'
import {claimsOf} from '../../../gateway/providers/identity/claims.js'
import {withoutFormClaims} from '../../../gateway/providers/identity/form-claims.js'
import {exchange, textOf} from '../../dispatch/fakes.js'

const FORM = ['Content-Type', 'application/x-www-form-urlencoded']

/** A body that comes in pieces of so many bytes. */
const inPieces = (text: string, size: number): Body => ({
  flow(into) {
    for (let at = 0; at < text.length; at += size) into.write(Buffer.from(text.slice(at, at + size), 'latin1'))
    into.end()
  },
  discard() {},
})

async function sent(text: string, size: number, headers: readonly string[] = FORM): Promise<string> {
  const {request} = exchange({method: 'POST', headers, body: inPieces(text, size)})
  const {body} = withoutFormClaims(request, claimsOf([]))
  return body === undefined ? '' : textOf(body)
}

const becomes = test.macro({
  async exec(t, text: string, expected: string) {
    t.is(expected.length, text.length)
    for (let size = 1; size <= text.length + 1; size++) t.is(await sent(text, size), expected, `in pieces of ${size}`)
  },
  title: (_, text: string) => `the form ${text.slice(0, 40)}, at every boundary of chunks`,
})

// form, what the service gets
test(becomes, 'a=1&b=2', 'a=1&b=2')
test(becomes, 'doAs=bob&a=1', '&&&&&&&&&a=1')
test(becomes, 'a=1&user.name=bob', 'a=1&&&&&&&&&&&&&&')
test(becomes, 'a=1;DOAS=b;c', 'a=1;&&&&&&;c')
test(becomes, 'us%65r%2Ename=b&x=user.name', '&&&&&&&&&&&&&&&&x=user.name')
test(becomes, 'a&doAs', 'a&&&&&')
test(becomes, '=&&user.names=1', '=&&user.names=1')
test(becomes, 'next=doAs%3Dbob&a', 'next=doAs%3Dbob&a')

test('a long name is no claim, and goes on before it ends', async t => {
  const long = `${'x'.repeat(1000)}=1&doAs=b`
  t.is(await sent(long, 300), `${'x'.repeat(1000)}=1&&&&&&&`)
})

const refuses = test.macro({
  async exec(t, headers: readonly string[], status: number) {
    const error = await t.throwsAsync(sent('doAs=b', 9, headers), {instanceOf: GatewayError})
    t.is(error?.status, status)
  },
  title: (_, headers: readonly string[]) => `a form with ${headers.join(' ')} is refused`,
})

test(refuses, [...FORM, 'Content-Encoding', 'gzip'], 415)
test(refuses, ['Content-Type', 'application/x-www-form-urlencoded; charset=utf-16'], 415)
test(refuses, [...FORM, 'Content-Type', 'text/plain; charset=ibm037'], 415)

const passes = test.macro({
  async exec(t, headers: readonly string[], expected: string) {
    t.is(await sent('doAs=b', 9, headers), expected)
  },
  title: (_, headers: readonly string[], expected) => `${headers.join(' ')}: ${expected}`,
})

test(passes, ['Content-Type', 'application/X-WWW-form-urlencoded;charset="UTF-8"'], '&&&&&&')
test(passes, [...FORM, 'Content-Encoding', 'identity'], '&&&&&&')
test(passes, ['Content-Type', 'text/plain', ...FORM], '&&&&&&')
test(passes, ['Content-Type', 'application/x-www-form-urlencoded, text/plain'], '&&&&&&')
test(passes, ['Content-Type', 'text/plain, application/x-www-form-urlencoded'], '&&&&&&')
test(passes, ['Content-Type', 'text/plain; charset=utf-16', 'Content-Encoding', 'gzip'], 'doAs=b')
test(passes, [], 'doAs=b')
