// What the page asks of the browser: clicks on [data-do], keys, the colour scheme, downloads, the live region.
(() => {
const FILE_BYTES = 100000
const CLICKED = "[data-do]"

function deep(root, test) {
  for (const node of root.querySelectorAll("*")) {
    if (test(node)) { return node }
    const found = node.shadowRoot && deep(node.shadowRoot, test)
    if (found) { return found }
  }
  return null
}

function active() {
  let node = document.activeElement
  while (node && node.shadowRoot && node.shadowRoot.activeElement) { node = node.shadowRoot.activeElement }
  return node
}

function byKey(key) { return deep(document, (node) => node.dataset && node.dataset.do === key) }

// The control a reader is at. A list is redrawn under their hands: the focus goes back to the same control, or to the one they moved on to.
const HELD_MS = 4000
let held = null
// Letters typed in a list choose again with each: a page drawn anew between two of them would break the word off.
const TYPING_MS = 500
let typedAt = 0
let choice = null

function settleChoice(isMeant) {
  const made = choice
  choice = null
  if (made) { clearTimeout(made.timer); if (isMeant) { made.tell() } }
}

// a calculation runs: what it redraws comes after it, however long it takes
let working = false

function work(is) {
  working = is
  document.getElementById("content")?.setAttribute("aria-busy", String(is))
}

function keepFocus(key) {
  const mine = held = {key, until: Date.now() + HELD_MS}
  const again = () => {
    if (working) { mine.until = Date.now() + HELD_MS }
    if (held !== mine || Date.now() > mine.until) { return }
    if (!giveBack()) { followFocus() }
    setTimeout(again, 60)
  }
  setTimeout(again, 60)
}

// whether the control was redrawn with the focus in it
function giveBack() {
  if (!held || Date.now() > held.until || !isLost(active())) { return false }
  byKey(held.key)?.focus({preventScroll: true})
  return true
}

function isLost(node) {
  return !node || node === document.body || !node.isConnected || (node.shadowRoot && !node.hasAttribute("tabindex"))
}

// asked after a key or a click, for a move inside one shadow root tells the document nothing
function followFocus() {
  const now = active()
  if (!held || isLost(now)) { return }
  if (now.dataset?.do) { held.key = now.dataset.do } else { held = null }
}

function save(name, type, base64) {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
  const link = document.createElement("a")
  link.href = URL.createObjectURL(new Blob([bytes], {type}))
  link.download = name
  document.body.appendChild(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(link.href), 60000)
}

function sheet(open) {
  document.documentElement.dataset.filters = open ? "open" : ""
  const panel = deep(document, (item) => item.classList && item.classList.contains("ga-filters"))
  if (panel) { panel.classList.toggle("ga-sheet", open) }
  const opener = byKey("filters|open")
  if (opener) { opener.setAttribute("aria-expanded", String(open)) }
  const first = open ? byKey("filters|close") : byKey("filters|open")
  if (first) { first.focus() }
}

function label(selector, attributes) {
  const node = deep(document, (item) => item.classList && item.classList.contains(selector))
  if (node) { for (const [name, value] of Object.entries(attributes)) { node.setAttribute(name, value) } }
  return node
}

function open(page) {
  const root = document.documentElement
  const media = window.matchMedia("(prefers-color-scheme: dark)")
  const {MessageSentEvent} = Bokeh.require("document/events")
  const send = (what) => page._trigger_on_change(new MessageSentEvent(page, "geoalarm", what))
  let chosen = null
  try { chosen = window.localStorage.getItem("geoalarm-scheme") } catch (_) { chosen = null }
  const isDark = () => (chosen ? chosen === "dark" : media.matches)
  const scheme = () => {
    root.dataset.scheme = isDark() ? "dark" : "light"
    send({do: "scheme", value: isDark() ? "dark" : "light"})
  }
  media.addEventListener("change", scheme)
  scheme()

  const act = (key) => {
    settleChoice(true)
    const [what, value = ""] = [key.slice(0, key.indexOf("|")), key.slice(key.indexOf("|") + 1)]
    if (what === "filters") { return sheet(value === "open") }
    if (what === "scheme") {
      chosen = isDark() ? "light" : "dark"
      try { window.localStorage.setItem("geoalarm-scheme", chosen) } catch (_) { /* private window: kept for this page only */ }
      return scheme()
    }
    if (what === "copy") {
      const done = () => send({do: "copied", value: ""})
      if (navigator.clipboard) { navigator.clipboard.writeText(window.location.href).then(done, () => {}) }
      return
    }
    if (what === "goto") {
      const node = deep(document, (item) => item.id === value)
      if (node) { node.focus(); node.scrollIntoView({block: "start"}) }
      return
    }
    send({do: what, value})
    keepFocus(key)
  }
  document.addEventListener("keydown", (event) => {
    giveBack()  // a key goes on from the control it was meant for, however soon it comes
    if (event.composedPath()[0] instanceof HTMLSelectElement) { typedAt = Date.now() }
    setTimeout(followFocus)
  }, true)
  document.addEventListener("pointerdown", () => { held = null; typedAt = 0 }, true)
  const target = (event) => event.composedPath().find((node) => node instanceof Element && node.matches(CLICKED))
  document.addEventListener("click", (event) => {
    const node = target(event)
    if (!node || node.matches("input, select, textarea")) { return }
    const details = node.closest("details")
    if (details) { details.open = false }
    if (node.tagName === "A") { event.preventDefault() }
    act(node.dataset.do)
  })
  // "input", not "change": the latter stays inside its shadow root
  document.addEventListener("input", (event) => {
    const node = target(event)
    if (!node || !node.matches("select, input[type=checkbox], input[type=text], textarea")) { return }
    const tell = () => {
      const [what, name] = node.dataset.do.split("|")
      send({do: what, value: `${name}|${node.matches("input[type=checkbox]") ? node.checked : node.value}`})
      keepFocus(node.dataset.do)
    }
    settleChoice(false)
    if (node.matches("select") && Date.now() - typedAt < TYPING_MS) { choice = {tell, timer: setTimeout(() => settleChoice(true), TYPING_MS)} } else { tell() }
  })
  document.addEventListener("focusout", () => settleChoice(true))
  document.addEventListener("input", async (event) => {
    const node = target(event)
    const file = node && node.matches("input[type=file]") && node.files[0]
    if (!file) { return }
    const text = file.size > FILE_BYTES ? "" : await file.text()
    send({do: "file", value: `${file.name.replaceAll("|", "_")}|${file.size}|${text}`})
    node.value = ""
  })
  let timer = null
  document.addEventListener("input", (event) => {
    const node = target(event)
    if (!node || !node.matches("input[type=search]")) { return }
    clearTimeout(timer)
    timer = setTimeout(() => send({do: node.dataset.do.split("|")[0], value: node.value}), 180)
  })
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      if (root.dataset.filters === "open") { return sheet(false) }
      if (event.composedPath().some((node) => node instanceof Element && node.matches("select, textarea, input[type=search], input[type=text], details[open]"))) { return }
      return send({do: "clear", value: ""})
    }
    const field = event.key === "Enter" && event.composedPath().find((node) => node instanceof Element && node.matches("[data-enter]"))
    if (field) { event.preventDefault(); const [what, value] = field.dataset.enter.split("|"); send({do: what, value}); return }
    const map = event.composedPath().find((node) => node instanceof Element && node.classList.contains("ga-map"))
    if (!map) { return }
    const keys = {"+": "zoom|in", "=": "zoom|in", "-": "zoom|out", "0": "zoom|home", ArrowLeft: "pan|left", ArrowRight: "pan|right", ArrowUp: "pan|up", ArrowDown: "pan|down"}
    if (keys[event.key]) { event.preventDefault(); const [what, value] = keys[event.key].split("|"); send({do: what, value}) }
  })
  page.on_message("geoalarm", (got) => {
    if (got.say !== undefined) { const live = document.getElementById("ga-live"); if (live) { live.textContent = got.say } }
    if (got.address !== undefined && got.address !== window.location.search) { window.history.pushState(null, "", got.address) }
    if (got.sheet !== undefined && (root.dataset.filters === "open") !== got.sheet) { sheet(got.sheet) }
    if (got.working !== undefined) { work(got.working) }
    if (got.title !== undefined) { document.title = got.title }
    if (got.file !== undefined) { save(got.file, got.kind, got.body) }
    if (got.label !== undefined) {
      let tries = 40
      const put = () => { if (!label(got.label, got.attributes) && --tries > 0) { setTimeout(put, 150) } }
      put()
    }
  })
  window.addEventListener("popstate", () => send({do: "address", value: window.location.search}))
  window.addEventListener("resize", () => { if (window.innerWidth >= 900 && root.dataset.filters === "open") { sheet(false) } })
  send({do: "ready", value: String(window.innerWidth)})
}

// the document of the page comes with its websocket
function start() {
  const page = window.Bokeh && Bokeh.documents && Bokeh.documents[0]
  if (page) { open(page) } else { setTimeout(start, 20) }
}
start()
})()
