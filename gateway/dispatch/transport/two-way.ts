import type {Transport, UpgradeTransport} from '../../pipeline/transport.js'

/** Transports for services that want to know who the gateway is, made when one is first asked, beside those for all others. */
export function twoWayTransport(plain: Transport, make: () => Transport): Transport {
  let twoWay: Transport | undefined
  return {
    send(request, gone, onInformation) {
      if (request.twoWay !== true) return plain.send(request, gone, onInformation)
      twoWay ??= make()
      return twoWay.send(request, gone, onInformation)
    },
    async close() {
      await Promise.all([plain.close(), twoWay?.close()])
    },
  }
}

/** The same for upgrades. */
export function twoWayUpgrade(plain: UpgradeTransport, make: () => UpgradeTransport): UpgradeTransport {
  let twoWay: UpgradeTransport | undefined
  return {
    upgrade(request, client) {
      if (request.twoWay !== true) return plain.upgrade(request, client)
      twoWay ??= make()
      return twoWay.upgrade(request, client)
    },
  }
}
