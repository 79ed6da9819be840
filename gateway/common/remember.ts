/** A function that remembers its latest answers, at most so many: the same is asked again and again. */
export function remember<K, V>(make: (asked: K) => V, most = Number.POSITIVE_INFINITY): (asked: K) => V {
  const answers = new Map<K, {readonly value: V}>()
  return asked => {
    const known = answers.get(asked)
    if (known !== undefined) return known.value
    const value = make(asked)
    if (answers.size >= most) answers.clear()
    answers.set(asked, {value})
    return value
  }
}

/** As `remember`, for what is asked by values, the same for all that print alike as JSON: what hundreds of topologies say alike is made once. */
export function rememberAlike<K, V>(make: (asked: K) => V, most: number): (asked: K) => V {
  const answers = new Map<string, {readonly value: V}>()
  return asked => {
    const key = JSON.stringify(asked)
    const known = answers.get(key) ?? {value: make(asked)}
    if (answers.size >= most) answers.clear()
    answers.set(key, known)
    return known.value
  }
}
