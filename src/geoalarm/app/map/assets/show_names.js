// Shows the names of the tiers that the scale has room for, and tells the scale bar its length on the ground.
function show_names({fig, xr, seen, upto, scales, ground, stretch}) {
  const span = xr.end - xr.start
  let width = 600
  try { width = fig.inner_width } catch (_) { /* not laid out yet */ }
  const scale = span / Math.max(width, 100)
  const tiers = scales.filter((most) => scale <= most).length
  const shown = tiers ? upto[tiers - 1] : 0
  if (seen.indices.length !== shown) seen.indices = [...Array(shown).keys()]
  ground.end = span / stretch
}
