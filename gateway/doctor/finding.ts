/** Something that a stream shows, and what to do about it. */
export interface Finding {
  readonly code: FindingCode
  readonly message: string
  readonly advice: string
}

/** What can be found, and whether it is wrong or only to be known; `docs/doctor.md` explains each. */
export const SEVERITY = {
  'no-head': 'fault',
  status: 'fault',
  'wrong-type': 'fault',
  'head-held': 'fault',
  'head-late': 'fault',
  compressed: 'fault',
  undelimited: 'note',
  cacheable: 'note',
  'no-buffering-hint': 'note',
  buffered: 'fault',
  cut: 'fault',
  'half-event': 'fault',
  'no-keepalive': 'fault',
  'no-ids': 'fault',
  'line-ends': 'fault',
  'byte-order-mark': 'fault',
  'not-utf-8': 'fault',
  'resume-refused': 'fault',
  'resume-ignored': 'fault',
  'resume-repeats': 'fault',
  'resume-loses': 'fault',
  'resume-unknown': 'note',
} as const

export type FindingCode = keyof typeof SEVERITY

/** Seconds, to the tenth. */
export const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`
