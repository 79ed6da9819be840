import {mkdirSync} from 'node:fs'
import {hdfs} from './hdfs.js'
import {jupyter} from './jupyter.js'
import {opensearch} from './opensearch.js'
import {prometheus} from './prometheus.js'
import {played} from './scene.js'
import {spark} from './spark.js'

const SCENES = {prometheus, jupyter, spark, hdfs, opensearch}

mkdirSync('build/real', {recursive: true})
const asked = process.argv.slice(2)
for (const [name, play] of Object.entries(SCENES))
  if (asked.length === 0 || asked.includes(name)) await played(name, play)
