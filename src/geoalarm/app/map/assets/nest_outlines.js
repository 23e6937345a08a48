// Outlines arrive as flat binary columns, once; they are nested here, before the first paint, and never sent back.
function nest_outlines({communes, states, first, points, outlines}) {
  if (communes._nested) return
  communes._nested = true
  const plain = (array) => new Int32Array(array.buffer, array.byteOffset, array.length)
  const x = plain(points.data.x), y = plain(points.data.y)
  const row = plain(outlines.data.row), part = plain(outlines.data.part), length = plain(outlines.data.length)
  const xs = communes.data.xs.map(() => []), ys = communes.data.ys.map(() => [])
  let start = 0, last = -1
  for (let i = 0; i < row.length; i++) {
    if (part[i] !== last) { xs[row[i]].push([]); ys[row[i]].push([]); last = part[i] }
    const end = start + length[i]
    const rx = new Array(length[i]), ry = new Array(length[i])
    for (let k = start; k < end; k++) { rx[k - start] = x[k]; ry[k - start] = y[k] }
    xs[row[i]].at(-1).push(rx)
    ys[row[i]].at(-1).push(ry)
    start = end
  }
  communes.data.xs = xs
  communes.data.ys = ys
  communes.change.emit()
  gather_states({communes, states, first})
}
