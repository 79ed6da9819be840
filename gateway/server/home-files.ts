import {readdirSync, readFileSync, statSync} from 'node:fs'
import {resolve} from 'node:path'
import {problems as collection, type Problem, type Problems} from '../common/problem.js'
import {readRewrite} from '../descriptor/read-rewrite.js'
import {readService} from '../descriptor/read-service.js'
import {readTopology} from '../descriptor/read-topology.js'
import type {RewriteDescriptor} from '../descriptor/rewrite-descriptor.js'
import type {ServiceDescriptor} from '../descriptor/service-descriptor.js'
import type {TopologyDescriptor} from '../descriptor/topology-descriptor.js'
import {readProperties} from '../site/read-properties.js'
import type {SiteProperty} from '../site/site.js'
import {parseXml} from '../xml/parse-xml.js'
import type {XmlElement} from '../xml/xml-element.js'

/** What an XML file of a home holds, by its root element. */
export type HomeFileContent =
  | {readonly kind: 'topology'; readonly topology: TopologyDescriptor | undefined}
  | {readonly kind: 'service'; readonly service: ServiceDescriptor | undefined; readonly role: string | undefined}
  | {readonly kind: 'rules'; readonly rewrite: RewriteDescriptor | undefined}
  | {readonly kind: 'configuration'; readonly properties: readonly SiteProperty[]}
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

/** Reads XML files, those that have changed. Scope: one home; blocks while it reads. */
export interface HomeFiles {
  /** Undefined when there is no such file; what cannot be read is a fault of it. */
  read(path: string): HomeFile | undefined
  /** Names in a folder, in order; none when there is no such folder. */
  list(folder: string): readonly string[]
  /** Remembers a file that others read, so that a change of it counts. */
  note(path: string): void
  /** Whether anything that was read, listed or noted is not as it was then. */
  changed(): boolean
}

/** Reads below a folder; paths are relative to it, and so are the names in problems. */
export function homeFiles(home: string): HomeFiles {
  const known = new Map<string, {readonly stamp: string | undefined; readonly file: HomeFile | undefined}>()
  const listed = new Map<string, readonly string[]>()
  return {
    read(path) {
      const stamp = stampOf(resolve(home, path))
      const before = known.get(path)
      if (before && before.stamp === stamp) return before.file
      const file = stamp === undefined ? undefined : readHomeFile(resolve(home, path), path)
      known.set(path, {stamp, file})
      return file
    },
    note(path) {
      known.set(path, {stamp: stampOf(resolve(home, path)), file: undefined})
    },
    list(folder) {
      const names = namesIn(resolve(home, folder))
      listed.set(folder, names)
      return names
    },
    changed: () =>
      [...known].some(([path, {stamp}]) => stampOf(resolve(home, path)) !== stamp) ||
      [...listed].some(([folder, names]) => namesIn(resolve(home, folder)).join('/') !== names.join('/')),
  }
}

/** Changes whenever the file does; undefined when there is none. */
function stampOf(path: string): string | undefined {
  const stats = statSync(path, {throwIfNoEntry: false, bigint: true})
  return stats?.isFile() ? `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}` : undefined
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter(name => !name.startsWith('.'))
      .sort()
  } catch (error) {
    if (isAbsent(error)) return []
    throw error
  }
}

const isAbsent = (error: unknown) =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')

function readHomeFile(path: string, file: string): HomeFile {
  const problems = collection()
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    problems.fault('file-unreadable', {file, line: 1, column: 1}, String(error))
    return {file, content: {kind: 'other', root: undefined}, problems: problems.all, faulty: true}
  }
  const root = parseXml(file, bytes, problems)
  const content = root ? contentOf(root, file, problems) : {kind: 'other' as const, root: firstTag(bytes)}
  return {file, content, problems: problems.all, faulty: problems.faulty}
}

function contentOf(root: XmlElement, file: string, problems: Problems): HomeFileContent {
  switch (root.name) {
    case 'topology':
      return {kind: 'topology', topology: readTopology(file, root, problems)}
    case 'service':
      return {kind: 'service', service: readService(file, root, problems), role: root.attributes.get('role')?.value}
    case 'rules':
      return {kind: 'rules', rewrite: readRewrite(file, root, problems)}
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
