// Shows the box that was asked for in the proportions of the screen, and keeps them when its size changes.
function fit_view({fig, xr, yr, frame}, cb_obj) {
  let w = 0, h = 0
  try { w = fig.inner_width; h = fig.inner_height } catch (_) { /* not laid out yet */ }
  if (!(w > 20 && h > 20)) return
  const box = frame.data
  const last = frame._fitted
  const still = last && Math.abs(last[0] - xr.start) < 1 && Math.abs(last[1] - xr.end) < 1
  if (box.west.length && (cb_obj === frame || !last || still)) {
    const bw = box.east[0] - box.west[0], bh = box.north[0] - box.south[0]
    const x = (box.east[0] + box.west[0]) / 2, y = (box.north[0] + box.south[0]) / 2
    const per = Math.max(bw / w, bh / h)
    xr.setv({start: x - per * w / 2, end: x + per * w / 2})
    yr.setv({start: y - per * h / 2, end: y + per * h / 2})
    frame._fitted = [xr.start, xr.end]
  } else {
    const y = (yr.start + yr.end) / 2, half = (xr.end - xr.start) * h / w / 2
    if (Math.abs((yr.end - yr.start) - 2 * half) > 1) yr.setv({start: y - half, end: y + half})
  }
}
