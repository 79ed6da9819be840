/** The address at which the client reached this topology, as links in answers must name it. */
export interface Frontend {
  readonly scheme: string
  readonly host: string
  /** Digits, also when it is the scheme's default. */
  readonly port: string
  /** `/gateway/sandbox` */
  readonly path: string
}

/** `host:port`; the host alone when the port is the scheme's own (RFC 9110 §4.2). */
export function frontendAddress({scheme, host, port}: Frontend): string {
  return port === '' || port === DEFAULT_PORTS[scheme] ? host : `${host}:${port}`
}

/** The whole address as text, without a slash at its end. */
export function frontendUrl(frontend: Frontend): string {
  return `${frontend.scheme}://${frontendAddress(frontend)}${frontend.path}`
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = {http: '80', https: '443', ws: '80', wss: '443'}
