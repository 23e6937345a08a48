"use strict";
/* One idea a screen: arrow keys, Home, End, Esc. The page is whole without this. */
(() => {
  const root = document.documentElement
  const stage = document.getElementById("stage")
  const all = (query) => Array.from(document.querySelectorAll(query))
  const slides = all("[data-s]").map((one) => [one, one.dataset.s.split(" ").filter(Boolean).map(Number)])
  const count = Math.max(0, ...slides.flatMap(([, numbers]) => numbers))
  let at = 0
  let came = 0

  const show = (n) => {
    at = Math.min(Math.max(n, 1), count)
    for (const [one, numbers] of slides) one.classList.toggle("on", numbers.includes(at))
    document.getElementById("stage-n").textContent = String(at)
    document.getElementById("stage-m").textContent = String(count)
    all('[data-do="previous"]').forEach((one) => { one.disabled = at === 1 })
    all('[data-do="next"]').forEach((one) => { one.disabled = at === count })
    history.replaceState(null, "", "#present" + (at > 1 ? "-" + at : ""))
    window.scrollTo(0, 0)
  }
  const begin = (n) => {
    if (!stage || count === 0) return
    if (!root.classList.contains("presenting")) came = window.scrollY
    root.classList.add("presenting")
    stage.hidden = false
    show(n)
    document.getElementById("main").focus({ preventScroll: true })
  }
  const end = () => {
    root.classList.remove("presenting")
    stage.hidden = true
    history.replaceState(null, "", location.pathname + location.search)
    window.scrollTo(0, came)
    const button = document.querySelector('[data-do="present"]')
    if (button) button.focus({ preventScroll: true })
  }
  const open = () => {
    const asked = /^#present(?:-(\d+))?$/.exec(location.hash)
    if (asked) begin(Number(asked[1] || 1))
  }
  const doings = {
    present: () => begin(1), print: () => window.print(), previous: () => show(at - 1), next: () => show(at + 1), end,
  }
  const keys = {
    ArrowRight: "next", ArrowDown: "next", PageDown: "next", ArrowLeft: "previous", ArrowUp: "previous", PageUp: "previous", Escape: "end",
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]")
    if (button && doings[button.dataset.do]) doings[button.dataset.do]()
  })
  document.addEventListener("keydown", (event) => {
    if (!root.classList.contains("presenting") || event.altKey || event.ctrlKey || event.metaKey) return
    const onButton = event.target.closest && event.target.closest("a, button, summary")
    const doing = event.key === " " && !onButton ? (event.shiftKey ? "previous" : "next") : keys[event.key]
    if (doing) doings[doing]()
    else if (event.key === "Home") show(1)
    else if (event.key === "End") show(count)
    else return
    event.preventDefault()
  })
  window.addEventListener("hashchange", open)
  all('[data-do="print"]').forEach((one) => { one.hidden = false })
  if (stage && count > 0) all('[data-do="present"]').forEach((one) => { one.hidden = false })
  open()
})()
