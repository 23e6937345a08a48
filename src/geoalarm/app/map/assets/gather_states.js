// Shares out the outlines of the communes among the patterns of their states, here so that they need not travel.
// The other outlines are empty, for a source must not shrink: BokehJS may paint between new data and their new index.
function gather_states({communes, states, first}) {
  const {xs, ys} = communes.data
  for (const slot of Object.keys(states)) {
    const numbers = communes.data["n_" + slot], drawn = states[slot]
    if (drawn[0]._numbers === numbers && drawn[0]._xs === xs) continue
    drawn[0]._numbers = numbers
    drawn[0]._xs = xs
    drawn.forEach((source, k) => {
      source.data.xs = xs.map((shape, i) => (numbers[i] === first + k ? shape : []))
      source.data.ys = ys.map((shape, i) => (numbers[i] === first + k ? shape : []))
      source.change.emit()
    })
  }
}
