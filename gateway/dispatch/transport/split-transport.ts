import type {Transport} from '../../pipeline/transport.js'

/** Sends what expects an event stream by one transport, everything else by another. */
export function splitTransport(streams: Transport, others: Transport): Transport {
  return {
    send: (request, gone, onInformation) =>
      (request.stream === true ? streams : others).send(request, gone, onInformation),
    async close() {
      await Promise.all([streams.close(), others.close()])
    },
  }
}
