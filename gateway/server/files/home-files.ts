import {lstatSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {resolve} from 'node:path'
import {problems as collection, type Problem, type Problems} from '../../common/problem.js'
import {readRewrite} from '../../descriptor/read-rewrite.js'
import {readService} from '../../descriptor/read-service.js'
import {readTopology} from '../../descriptor/read-topology.js'
import type {RewriteDescriptor} from '../../descriptor/rewrite-descriptor.js'
import type {ServiceDescriptor} from '../../descriptor/service-descriptor.js'
import type {TopologyDescriptor} from '../../descriptor/topology-descriptor.js'
import {parseData} from '../../dialects/data.js'
import {gatewayOf} from '../../dialects/provider-configuration.js'
import {readSimpleDescriptor, type SimpleDescriptor} from '../../dialects/simple-descriptor.js'
import {readProperties} from '../../site/read-properties.js'
import type {SiteProperty} from '../../site/site.js'
import {parseXml} from '../../xml/parse-xml.js'
import type {XmlElement} from '../../xml/xml-element.js'

/** What a file of a home holds, by its root element or, in JSON and YAML, its keys. */
export type HomeFileContent =
  | {readonly kind: 'topology'; readonly topology: TopologyDescriptor | undefined}
  | {readonly kind: 'service'; readonly service: ServiceDescriptor | undefined; readonly role: string | undefined}
  | {readonly kind: 'rules'; readonly rewrite: RewriteDescriptor | undefined}
  | {readonly kind: 'configuration'; readonly properties: readonly SiteProperty[]}
  /** A provider configuration, in XML, JSON or YAML, as the `<gateway>` of a topology. */
  | {readonly kind: 'providers'; readonly gateway: XmlElement}
  | {readonly kind: 'descriptor'; readonly descriptor: SimpleDescriptor}
  /** `root` is the first tag, also of a file that is not well-formed. */
  | {readonly kind: 'other'; readonly root: string | undefined}

/** A file as read, with its problems. Never changed: a file that has changed gives another. */
export interface HomeFile {
  /** As it is named in problems. */
  readonly file: string
  readonly content: HomeFileContent
  readonly problems: readonly Problem[]
  readonly faulty: boolean
}

/** Reads files, those that have changed. Scope: one home; blocks while it reads. */
export interface HomeFiles {
  /** Undefined when there is no such file; what cannot be read is a fault of it. */
  read(path: string): HomeFile | undefined
  /** Names in a folder, in order; none when there is no such folder, or when it cannot be read, which is a fault. */
  list(folder: string, problems: Problems): readonly string[]
  /** Remembers a file that others read, so that a change of it counts. */
  note(path: string): void
  /** Whether anything that was read, listed or noted is not as it was then. */
  changed(): boolean
}

/** Reads below a folder; paths are relative to it, and so are the names in problems. */
export function homeFiles(home: string): HomeFiles {
  const known = new Map<string, {readonly stamp: string | undefined; readonly file: HomeFile | undefined}>()
  const listed = new Map<string, Listing>()
  return {
    read(path) {
      const stamp = stampOf(resolve(home, path))
      const before = known.get(path)
      if (before && before.stamp === stamp && !isUnread(before.file)) return before.file
      const file = stamp === undefined ? undefined : readHomeFile(resolve(home, path), path)
      known.set(path, {stamp, file})
      return file
    },
    note(path) {
      known.set(path, {stamp: stampOf(resolve(home, path)), file: undefined})
    },
    list(folder, problems) {
      const listing = namesIn(resolve(home, folder))
      listed.set(folder, listing)
      const {names, error} = listing
      if (error !== undefined) problems.fault('folder-unreadable', {file: folder, line: 1, column: 1}, error)
      return names
    },
    changed: () =>
      [...known].some(([path, {stamp}]) => stampOf(resolve(home, path)) !== stamp) ||
      [...listed].some(([folder, listing]) => textOf(namesIn(resolve(home, folder))) !== textOf(listing)),
  }
}

/** Whether it is not known what a file holds. Such trouble may pass: it is read again. */
export const isUnread = (file: HomeFile | undefined) =>
  file?.problems.some(({code}) => code === 'file-unreadable') === true

/** Changes whenever the file does; undefined when there is none. A link that leads nowhere is a file that cannot be read. */
function stampOf(path: string): string | undefined {
  const options = {throwIfNoEntry: false, bigint: true} as const
  try {
    const stats = statSync(path, options) ?? lstatSync(path, options)
    return stats && `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`
  } catch (error) {
    return isAbsent(error) ? undefined : String(error)
  }
}

/** What a folder holds; `error`: why it cannot be read. */
interface Listing {
  readonly names: readonly string[]
  readonly error?: string
}

const textOf = (listing: Listing) => JSON.stringify(listing)

function namesIn(folder: string): Listing {
  try {
    const names = readdirSync(folder).filter(name => !name.startsWith('.'))
    return {names: names.sort()}
  } catch (error) {
    return isAbsent(error) ? {names: []} : {names: [], error: messageOf(error)}
  }
}

const isAbsent = (error: unknown) =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error))

function readHomeFile(path: string, file: string): HomeFile {
  const problems = collection()
  let bytes: Uint8Array
  try {
    bytes = bytesOf(path)
  } catch (error) {
    problems.fault('file-unreadable', {file, line: 1, column: 1}, messageOf(error))
    return {file, content: {kind: 'other', root: undefined}, problems: problems.all, faulty: true}
  }
  const content = DATA.test(path) ? dataOf(file, bytes, problems) : xmlOf(file, bytes, problems)
  return {file, content, problems: problems.all, faulty: problems.faulty}
}

/** Endings of files in JSON and YAML. */
const DATA = /\.(?:json|ya?ml)$/

function dataOf(file: string, bytes: Uint8Array, problems: Problems): HomeFileContent {
  const root = parseData(file, bytes, problems)
  if (!root) return {kind: 'other', root: undefined}
  if (root.kind === 'map' && root.entries.some(({key}) => key === 'providers'))
    return {kind: 'providers', gateway: gatewayOf(root, problems)}
  return {kind: 'descriptor', descriptor: readSimpleDescriptor(root, problems)}
}

function xmlOf(file: string, bytes: Uint8Array, problems: Problems): HomeFileContent {
  const root = parseXml(file, bytes, problems)
  return root ? contentOf(root, file, problems) : {kind: 'other', root: firstTag(bytes)}
}

/** Reading a pipe would never end. */
function bytesOf(path: string): Uint8Array {
  if (!statSync(path).isFile()) throw new Error('it is not a file')
  return readFileSync(path)
}

function contentOf(root: XmlElement, file: string, problems: Problems): HomeFileContent {
  switch (root.name) {
    case 'topology':
      return {kind: 'topology', topology: readTopology(file, root, problems)}
    case 'service':
      return {kind: 'service', service: readService(file, root, problems), role: root.attributes.get('role')?.value}
    case 'rules':
      return {kind: 'rules', rewrite: readRewrite(file, root, problems)}
    case 'gateway':
      return {kind: 'providers', gateway: root}
    case 'configuration':
      return {kind: 'configuration', properties: readProperties(root, problems)}
    default:
      return {kind: 'other', root: root.name}
  }
}

function firstTag(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes)
    .toString('latin1')
    .replace(/<!--.*?-->/gs, '')
  return /<([A-Za-z_][\w:.-]*)/.exec(text)?.[1]
}
