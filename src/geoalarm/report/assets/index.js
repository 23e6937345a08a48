"use strict";
/* Filters the list as the reader writes. The list is whole without this. */
(() => {
  const box = document.getElementById("filter")
  const told = document.getElementById("filter-told")
  const map = document.getElementById("map")
  const narrow = window.matchMedia("(max-width: 68rem)")
  const rows = Array.from(document.querySelectorAll("[data-find]"))
  const groups = Array.from(document.querySelectorAll("[data-group]"))
  const fold = (text) => text.toLowerCase().replace(/œ/g, "oe").replace(/æ/g, "ae").normalize("NFKD").replace(/[\u0300-\u036f]/g, "").replace(/[^0-9a-z]+/g, " ").trim()
  const filter = () => {
    const asked = fold(box.value)
    let left = 0
    for (const row of rows) {
      const fits = asked === "" || (" " + row.dataset.find).includes(" " + asked)
      row.hidden = !fits
      if (fits) left += 1
    }
    for (const group of groups) group.hidden = !group.querySelector("[data-find]:not([hidden])")
    map.hidden = asked !== "" && narrow.matches
    told.textContent = told.dataset.words.replace("0", String(left))
  }
  document.getElementById("search").hidden = false
  box.addEventListener("input", filter)
})()
