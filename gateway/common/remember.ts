/** A function that remembers its latest answers, `most` of them: the same is asked again and again. */
export function remember<V>(make: (asked: string) => V, most: number): (asked: string) => V {
  const answers = new Map<string, V>()
  return asked => {
    const known = answers.get(asked)
    if (known !== undefined) return known
    const answer = make(asked)
    if (answers.size >= most) answers.clear()
    answers.set(asked, answer)
    return answer
  }
}
