import {duration, integer} from '../common/params.js'

/** How many requests a service is asked at a time. Where each may stand, and which holds, is as with the params of streams. */
export const admissionParams = {
  'admission.max': integer(
    'Requests that the service is asked at a time, from when they are sent to their response heads; others wait in line. 0: no limit.',
    0,
  ),
  'admission.queue': integer('How many may wait; more are refused at once, with 503.', 1000),
  'admission.timeout': duration('How long one waits, before it is refused likewise.', 10_000, 's'),
}
