import {inOnePiece} from './in-one-piece.js'

type Answers<K, V> = Map<K, {readonly value: V}>

/** A function that remembers its latest answers, at most so many: the same is asked again and again. */
export function remember<K, V>(make: (asked: K) => V, most = Number.POSITIVE_INFINITY): (asked: K) => V {
  const answers: Answers<K, V> = new Map()
  return asked => {
    const known = answers.get(asked)
    return known === undefined ? kept(answers, asked, make(asked), most) : known.value
  }
}

/** As `remember`, for what is asked by values, the same for all that print alike as JSON: what hundreds of topologies say alike is made once. */
export function rememberAlike<K, V>(make: (asked: K) => V, most: number): (asked: K) => V {
  const answers: Answers<string, V> = new Map()
  return asked => {
    const key = JSON.stringify(asked)
    const known = answers.get(key)
    return known === undefined ? kept(answers, key, make(asked), most) : known.value
  }
}

/** Characters of a text that is remembered. */
const LONGEST = 256

/**
 * As `remember`, for texts that peers send. V8 would hold all of the head that a text was cut from, with what is secret in it:
 * a copy is kept. What is longer than most is worked out each time.
 */
export function rememberText<V>(make: (text: string) => V, most: number): (text: string) => V {
  const answers: Answers<string, V> = new Map()
  return text => {
    const known = answers.get(text)
    if (known !== undefined) return known.value
    if (text.length > LONGEST) return make(text)
    const copy = inOnePiece(text)
    return kept(answers, copy, make(copy), most)
  }
}

function kept<K, V>(answers: Answers<K, V>, key: K, value: V, most: number): V {
  if (answers.size >= most) answers.clear()
  answers.set(key, {value})
  return value
}
