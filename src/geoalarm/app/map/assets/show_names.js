// Shows the names of the tiers that the scale has room for, and tells the scale bar its length on the ground.
function show_names({fig, xr, tiers, scales, ground, stretch}) {
  const span = xr.end - xr.start
  let width = 600
  try { width = fig.inner_width } catch (_) { /* not laid out yet */ }
  const scale = span / Math.max(width, 100)
  tiers.forEach((tier, i) => { tier.visible = scale <= scales[i] })
  ground.end = span / stretch
}
