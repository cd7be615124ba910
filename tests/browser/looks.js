/* What a reader would stumble over on one page, as lines of words; [] when nothing. Input: the page is in Chinese. */
(isChinese) => {
  const found = new Set();
  const shown = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && element.checkVisibility({ visibilityProperty: true });
  };
  const apart = "script, style, template, code, kbd, pre, textarea, option, .mono, [lang=en], .leaflet-container";
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const words = node.textContent.trim(), home = node.parentElement;
    if (!words || home.closest(apart) || !shown(home)) { continue; }
    if (/^(None|null|undefined|NaN|True|False|\[object Object\])$/.test(words)) { found.add(`a value that is no word: ${words}`); }
    if (/\{\{|\{%|%\([a-z]+\)s|&(amp|lt|gt|nbsp);/.test(words)) { found.add(`markup as text: ${words.slice(0, 60)}`); }
    if (isChinese && !/[\u3400-\u9fff]/.test(words) && /[A-Za-z]{3,}[ ,.]+[A-Za-z]{2,}/.test(words)) { found.add(`not translated: ${words.slice(0, 60)}`); }
    const style = getComputedStyle(home), isCut = home.scrollWidth > home.clientWidth + 1;
    if (style.textOverflow === "ellipsis" && style.overflowX === "hidden" && isCut && !home.closest("[title]")) { found.add(`cut off without a title: ${words.slice(0, 60)}`); }
  }
  const heads = [...document.querySelectorAll("h1")].length;
  if (heads !== 1) { found.add(`${heads} h1`); }
  for (const picture of document.images) {
    if (picture.complete && !picture.naturalWidth && shown(picture)) { found.add(`a picture that is not there: ${picture.getAttribute("src")}`); }
  }
  return [...found];
}
