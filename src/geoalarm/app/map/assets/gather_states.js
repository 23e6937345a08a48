// Gathers the outlines of the communes of each state into one row of the patterns, here so that they need not travel.
function gather_states({communes, states, first}) {
  const {xs, ys} = communes.data
  for (const slot of Object.keys(states)) {
    const numbers = communes.data["n_" + slot], drawn = states[slot]
    if (drawn._numbers === numbers && drawn._xs === xs) continue
    drawn._numbers = numbers
    drawn._xs = xs
    const gathered = (shapes) => drawn.data.hatch.map((_, k) => shapes.filter((_, i) => numbers[i] === first + k).flat())
    drawn.data.xs = gathered(xs)
    drawn.data.ys = gathered(ys)
    drawn.change.emit()
  }
}
