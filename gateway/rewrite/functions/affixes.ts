import type {RewriteContext, RewriteFacts, RewriteFunction} from '../rewrite-function.js'
import {frontendFault, frontendPart} from './frontend.js'

/** Which of several arguments are text to put before and after; the rest names the part of the frontend. */
type Split = (args: readonly string[]) => {readonly before: string; readonly part: string; readonly after: string}

/** A part of the frontend's address between texts; a single argument is the part alone. */
function around(name: string, split: Split): RewriteFunction {
  const read: Split = args => (args.length > 1 ? split(args) : {before: '', part: args[0] ?? 'url', after: ''})
  return {
    name,
    fault: args => frontendFault(read(args).part),
    evaluate(args, context: RewriteContext, facts: RewriteFacts) {
      const {before, part, after} = read(args)
      return [before + frontendPart(part, context, facts) + after]
    },
  }
}

/** `{$prefix[text,part]}`: text, then a part of the frontend. Source: Knox, `HtmlPrefixProcessor`. */
export const prefix = around('prefix', ([before = '', part = 'url']) => ({before, part, after: ''}))

/** `{$postfix[part,text]}`: a part of the frontend, then text. Source: Knox, `HtmlPostfixProcessor`. */
export const postfix = around('postfix', args => ({before: '', part: args[0] ?? 'url', after: args.at(-1) ?? ''}))

/** `{$infix[text,part,text]}`: a part of the frontend between two texts. Source: Knox, `HtmlInfixProcessor`. */
export const infix = around('infix', args => ({
  before: args[0] ?? '',
  part: args.length > 2 ? (args[1] ?? 'url') : 'url',
  after: args.at(-1) ?? '',
}))

/** `{$import[text,part]}`: `@import`, text, then a part of the frontend, for style sheets. Source: Knox, `HtmlImportFunctionProcessor`. */
export const importRule: RewriteFunction = {
  ...prefix,
  name: 'import',
  evaluate: (args, context, facts) => prefix.evaluate(args, context, facts).map(value => `@import ${value}`),
}
