// Holds the module map of ARCHITECTURE.md: which folder of gateway/ may import which, which folder
// owns which package, and what is pure. The tables are literal; the rules are made from them.

const ALL =
  'common xml http template sse site descriptor dialects rewrite pipeline ha secrets topology providers streams dispatch observe'

/** Folder of gateway/ → the folders it may import from. A folder without a line is refused. */
const MAY_IMPORT = {
  common: '',
  xml: 'common',
  http: 'common',
  template: 'common',
  sse: 'common',
  site: 'common xml',
  descriptor: 'common xml template',
  dialects: 'common xml descriptor',
  rewrite: 'common http template descriptor',
  pipeline: 'common http',
  ha: 'common http',
  secrets: 'common site',
  topology: 'common site template descriptor rewrite pipeline ha',
  providers: 'common http template sse rewrite pipeline secrets',
  streams: 'common http sse pipeline',
  dispatch: 'common http sse pipeline ha streams',
  observe: 'common site pipeline',
  server: `${ALL} admin`,
  admin: 'common http pipeline topology streams observe',
  hosted: 'common sse pipeline streams server',
  doctor: 'common http sse',
  cli: `${ALL} admin server hosted doctor`,
}

/** Package → the folders of gateway/ that may import it. */
const OWNERS = {
  'fast-xml-parser': 'xml',
  yaml: 'dialects',
  'http-proxy': 'dispatch/transport',
  commander: 'cli',
  selfsigned: 'secrets',
  chokidar: 'server',
  'path-to-regexp': 'admin hosted server',
  jose: 'providers',
  ldapts: 'providers',
  'openid-client': 'providers',
  'rate-limiter-flexible': 'providers',
}

/** No files, sockets, clocks or globals: of Node only these: functions of their arguments, and what loads a package in its CommonJS form. */
const PURE = 'common xml http template sse site descriptor dialects rewrite ha topology'
const PURE_BUILT_INS = 'buffer crypto module net util zlib'

const oneOf = words => `(${words.split(' ').join('|')})`
const folder = words => `^gateway/${oneOf(words)}/`

const directions = Object.entries(MAY_IMPORT).map(([from, allowed]) => ({
  name: `direction-${from}`,
  comment: `gateway/${from} may import from: ${allowed || 'no other folder'}`,
  severity: 'error',
  from: {path: folder(from)},
  to: {path: '^gateway/', pathNot: folder(`${from} ${allowed}`.trim())},
}))

const owners = Object.entries(OWNERS).map(([name, allowed]) => ({
  name: `owner-of-${name}`,
  comment: `${name} is used in ${allowed} only`,
  severity: 'error',
  from: {path: '^(gateway|bin)/', pathNot: folder(allowed)},
  to: {path: `^node_modules/(@types/)?${name}/`},
}))

const folderUnknown = {
  name: 'folder-unknown',
  comment: 'a folder of gateway/ that the module map does not name',
  severity: 'error',
  from: {path: '^gateway/[^/]+/', pathNot: folder(Object.keys(MAY_IMPORT).join(' '))},
  to: {},
}

const packageUnknown = {
  name: 'package-unknown',
  comment: 'every package has an owner folder: add it to the table',
  severity: 'error',
  from: {path: '^(gateway|bin)/', pathNot: '^bin/setup'},
  to: {path: '^node_modules/', pathNot: `^node_modules/(@types/)?(node|${Object.keys(OWNERS).join('|')})/`},
}

const pure = {
  name: 'pure',
  comment: 'pure folders know no files, sockets or clocks',
  severity: 'error',
  from: {path: folder(PURE)},
  to: {dependencyTypes: ['core'], dependencyTypesNot: ['type-only'], pathNot: `^(node:)?${oneOf(PURE_BUILT_INS)}$`},
}

const noCycles = {
  name: 'no-cycles',
  comment: 'a cycle that is there when it runs; types alone may name each other',
  severity: 'error',
  from: {},
  to: {circular: true, viaOnly: {dependencyTypesNot: ['type-only']}},
}

const resolved = {
  name: 'resolved',
  comment: 'an import that leads nowhere',
  severity: 'error',
  from: {},
  to: {couldNotResolve: true},
}

module.exports = {
  forbidden: [...directions, ...owners, folderUnknown, packageUnknown, pure, noCycles, resolved],
  options: {
    doNotFollow: {path: 'node_modules'},
    exclude: {path: '^build/'},
    tsPreCompilationDeps: true,
    tsConfig: {fileName: 'tsconfig.json'},
    enhancedResolveOptions: {exportsFields: ['exports'], conditionNames: ['import', 'types', 'node']},
  },
}
