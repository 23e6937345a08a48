// BokehJS compiles the text of a callback (new Function), which the security policy of the page forbids: here the text
// is the name of a function that came with the page, and any other text does nothing.
{
  const named = MAP_SCRIPTS
  Bokeh.Models.get("CustomJS").prototype._compile = async function () {
    const script = Object.hasOwn(named, this.code) ? named[this.code] : () => {}
    return {func: (args, cb_obj) => script(args, cb_obj), module: true}
  }
}
