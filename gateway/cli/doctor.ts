import {Command, InvalidArgumentError} from 'commander'
import {systemClock} from '../common/clock.js'
import {type Diagnosis, diagnose} from '../doctor/diagnose.js'
import {type Finding, SEVERITY, seconds} from '../doctor/finding.js'
import type {Headers} from '../http/headers.js'
import {EXIT} from './exit-codes.js'
import {headerOption} from './header-option.js'
import type {MakeCommand} from './main.js'

interface DoctorOptions {
  readonly header: Headers
  readonly seconds: number
  readonly json?: boolean
}

/** `gateway doctor` */
export const doctorCommand: MakeCommand = ended =>
  new Command('doctor')
    .description('watch an event stream and tell what is wrong with it, through any proxy')
    .argument('<url>', 'a whole address', asUrl)
    .addOption(headerOption())
    .option('--seconds <n>', 'for how long, at most; and again to see whether it can be resumed', asSeconds, 30)
    .option('--json', 'as JSON')
    .action(async (url: URL, options: DoctorOptions) => ended(await run(url, options)))

async function run(url: URL, {header: headers, seconds: time, json}: DoctorOptions): Promise<number> {
  try {
    const told = await diagnose({url, headers, time: time * 1000}, systemClock)
    process.stdout.write(json ? asJson(told) : asText(told))
    return told.findings.some(isFault) ? EXIT.failed : EXIT.ok
  } catch (error) {
    process.stderr.write(`${url.href}: ${error instanceof Error ? error.message : error}\n`)
    return EXIT.failed
  }
}

function asUrl(text: string): URL {
  if (!/^https?:/i.test(text) || !URL.canParse(text))
    throw new InvalidArgumentError('It must begin with http:// or https://.')
  return new URL(text)
}

function asSeconds(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 86_400)) throw new InvalidArgumentError('It must be a number above 0, a day at most.')
  return value
}

const isFault = ({code}: Finding) => SEVERITY[code] === 'fault'

function asJson({findings, ...rest}: Diagnosis): string {
  const graded = findings.map(finding => ({severity: SEVERITY[finding.code], ...finding}))
  return `${JSON.stringify({...rest, findings: graded}, undefined, 2)}\n`
}

/** Faults first, a line each. */
function asText({time, events, findings}: Diagnosis): string {
  const notes = findings.filter(finding => !isFault(finding))
  const lines = [...findings.filter(isFault), ...notes].map(
    ({code, message, advice}) => `${SEVERITY[code]}: ${code}: ${message}. ${advice}`,
  )
  if (notes.length === findings.length) lines.unshift('nothing wrong was seen')
  return [`watched for ${seconds(time)}, ${events} events`, ...lines, ''].join('\n')
}
