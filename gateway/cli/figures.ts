import {Command} from 'commander'
import type {LoopDelayRecord} from '../observe/loop-delay.js'
import type {FiguresRecord} from '../streams/figures.js'
import type {HistogramRecord} from '../streams/histogram.js'
import {askGateway} from './ask-gateway.js'
import {homeOption} from './home-option.js'
import type {MakeCommand} from './main.js'
import {table} from './tell.js'

/** As `control` answers. */
interface AllFigures {
  readonly loopDelay: LoopDelayRecord
  readonly streams: readonly FiguresRecord[]
}

/** `gateway figures` */
export const figuresCommand: MakeCommand = ended =>
  new Command('figures')
    .description('print what became of the event streams of a running gateway since its start')
    .option('--json', 'as JSON')
    .addOption(homeOption())
    .action(async ({home, json}: {home: string; json?: boolean}) =>
      ended(await askGateway(home, {target: '/figures'}, json ? asJson : asText)),
    )

const asJson = (content: AllFigures) => `${JSON.stringify(content, undefined, 2)}\n`

function asText({loopDelay: {median, p99, max}, streams}: AllFigures): string {
  const delay = table([['loop delay', `median ${median} ms, 99 of 100 below ${p99} ms, longest ${max} ms`]])
  return [delay, ...streams.map(of => `\n${table(rowsOf(of))}`)].join('')
}

function rowsOf(of: FiguresRecord): readonly (readonly string[])[] {
  return [
    ['topology', of.topology],
    ['service', of.service],
    ['endpoint', of.endpoint || '-'],
    ['streams', `${of.open} open, ${of.begun} begun`],
    ['events', `${of.events.in} in, ${of.events.out} out`],
    ['bytes', `${of.bytes.in} in, ${of.bytes.out} out`],
    ['time to head', timeText(of.head)],
    ['time to first event', timeText(of.firstEvent)],
    ['between events', timeText(of.gap)],
    ['keepalives', String(of.keepalives)],
    ['failovers', String(of.failovers)],
    ['refusals', String(of.refusals)],
    ['no room', countsText(of.noRoom)],
    ['resumes', countsText(of.resumes)],
    ['ends', countsText(of.ends)],
  ]
}

/** The mean, and how many took how long. */
function timeText({count, sum, atMost}: HistogramRecord): string {
  if (count === 0) return '-'
  let before = 0
  const parts = Object.entries(atMost).flatMap(([bound, upTo]) => {
    const within = upTo - before
    before = upTo
    return within > 0 ? [bound === '+Inf' ? `${within} longer` : `${within} within ${bound} ms`] : []
  })
  return `mean ${Math.round(sum / count)} ms: ${parts.join(', ')}`
}

function countsText(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0)
  return some.map(([name, count]) => `${count} ${name}`).join(', ') || '-'
}
